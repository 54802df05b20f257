//! A seller defines a product's option axes; the SKUs are their combinations. What matches stays, with its stock and its
//! orders. A SKU that was ever ordered is not removed, only switched off.

use crate::open::{TOUCH, edit_refusals, open};
use crate::option_plan::{Existing, OptionsInput, PlannedGroup, PlannedSku, PlannedValue, plan};
use crate::skus::{SkuRules, check};
use crate::sold_again;
use authz::SellerScope;
use db::{Json, Tx};
use kernel::{Failure, Fault, FieldError, Now, OptionGroupId, OptionValueId, ProductId, SkuId};

edit_refusals! {
    /// Why options are refused.
    pub enum OptionsError {
        OptionsInvalid(Vec<FieldError>) = 422 "options_invalid" each field, "Some options cannot be taken.", "옵션 정보를 확인해 주세요.";
        SkuHasOrders = 409 "sku_has_orders", "A SKU that was ordered is switched off, not removed.", "주문된 적 있는 옵션은 삭제할 수 없습니다. 사용 안 함으로 바꿔 주세요.";
        SkuInUse = 409 "sku_in_use", "A SKU with stock, in carts or waited for is switched off, not removed.", "재고가 있거나 장바구니, 재입고 알림에 담긴 옵션은 삭제할 수 없습니다.";
        OptionValueInUse = 409 "option_value_in_use", "Pictures or sizes of this value exist.", "이미지나 사이즈표에서 사용 중인 옵션값입니다.";
        NoBasePrice = 422 "no_sku_at_base_price", "At least one SKU in use must cost no more and no less than the product.", "추가 금액이 0원인 옵션이 하나 이상 있어야 합니다.";
        PriceTooLow = 422 "sku_price_too_low", "A SKU would cost less than 10 won.", "옵션 가격은 10원 이상이어야 합니다.";
        SellerSkuTaken(Vec<String>) = 409 "seller_sku_taken", "Another SKU of yours has this code.", "이미 사용 중인 옵션 코드입니다.";
    }
}

impl From<SkuRules> for OptionsError {
    fn from(broken: SkuRules) -> OptionsError {
        match broken {
            SkuRules::NoBasePrice => OptionsError::NoBasePrice,
            SkuRules::PriceTooLow => OptionsError::PriceTooLow,
            SkuRules::SellerSkuTaken(codes) => OptionsError::SellerSkuTaken(codes),
        }
    }
}

db::row! { struct ValueRow { id: OptionValueId, option_group_id: OptionGroupId, value: String } }

db::statements! {
    static GROUPS: (ProductId,) => (OptionGroupId, String) = "select id, name from option_groups where product_id = $1";
    static VALUES: (ProductId,) => ValueRow =
        "select v.id, v.option_group_id, v.value from option_values v join option_groups g on g.id = v.option_group_id where g.product_id = $1";
    static SKUS: (ProductId,) => (SkuId, Vec<OptionValueId>) =
        "select id, array_remove(array[value1_id, value2_id, value3_id], null) from product_skus where product_id = $1";
    /// Only chooses the words of the refusal; the foreign keys refuse.
    static EVER_ORDERED: (Vec<SkuId>,) => (bool,) = "select exists (select from product_orders where sku_id = any($1))";
    static DROP_STOCKS: (Vec<SkuId>,) => () = "delete from sku_stocks where sku_id = any($1)";
    static DROP_SKUS: (Vec<SkuId>,) => () = "delete from product_skus where id = any($1)";
    static DROP_VALUES: (Vec<OptionValueId>,) => () = "delete from option_values where id = any($1)";
    static DROP_GROUPS: (Vec<OptionGroupId>,) => () = "delete from option_groups where id = any($1)";
    static WRITE_GROUPS: (ProductId, Json<Vec<PlannedGroup>>) => () =
        "insert into option_groups (id, product_id, name, kind, position)
         select id, $1, name, kind, position from jsonb_populate_recordset(null::option_groups, $2)
         on conflict (id) do update set name = excluded.name, kind = excluded.kind, position = excluded.position";
    static WRITE_VALUES: (Json<Vec<PlannedValue>>,) => () =
        "insert into option_values (id, option_group_id, value, standard_code, swatch_hex, position)
         select id, option_group_id, value, standard_code, swatch_hex, position from jsonb_populate_recordset(null::option_values, $1)
         on conflict (id) do update set value = excluded.value, standard_code = excluded.standard_code, swatch_hex = excluded.swatch_hex, position = excluded.position";
    /// Terms that are not stated stay as they are.
    static WRITE_SKUS: (ProductId, Json<Vec<PlannedSku>>) => () =
        "insert into product_skus (id, product_id, value1_id, value2_id, value3_id, price_delta, usable, seller_sku, barcode)
         select s.id, $1, s.value1_id, s.value2_id, s.value3_id, coalesce((s.terms->>'price_delta')::bigint, k.price_delta, 0),
                coalesce((s.terms->>'usable')::boolean, k.usable, true),
                case when s.terms is null then k.seller_sku else s.terms->>'seller_sku' end,
                case when s.terms is null then k.barcode else s.terms->>'barcode' end
         from jsonb_to_recordset($2) as s(id uuid, value1_id uuid, value2_id uuid, value3_id uuid, terms jsonb)
         left join product_skus k on k.id = s.id
         on conflict (id) do update set value1_id = excluded.value1_id, value2_id = excluded.value2_id, value3_id = excluded.value3_id,
             price_delta = excluded.price_delta, usable = excluded.usable, seller_sku = excluded.seller_sku, barcode = excluded.barcode,
             version = product_skus.version + 1";
    static OPEN_STOCKS: (ProductId, Now) => () =
        "insert into sku_stocks (sku_id, updated_at) select id, $2 from product_skus where product_id = $1 on conflict (sku_id) do nothing";
}

/// Replaces axes, values and SKUs.
pub async fn set_options(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    asked: OptionsInput,
) -> Result<(), Failure<OptionsError>> {
    let opened = open(tx, by, product_id, now).await.map_err(Failure::widen)?;
    let existing = Existing {
        groups: GROUPS.all(tx, (product_id,)).await?,
        values: VALUES.all(tx, (product_id,)).await?.into_iter().map(|v| (v.id, v.option_group_id, v.value)).collect(),
        skus: SKUS
            .all(tx, (product_id,))
            .await?
            .into_iter()
            .map(|(id, values)| (id, values.into_iter().collect()))
            .collect(),
    };
    let plan = plan(&existing, asked).map_err(OptionsError::OptionsInvalid)?;
    if !plan.removed_skus.is_empty() && EVER_ORDERED.one(tx, (plan.removed_skus.clone(),)).await?.0 {
        return Err(OptionsError::SkuHasOrders.into());
    }
    let mut waiting = opened.pending().pictures.into_iter().flatten().filter_map(|picture| picture.option_value_id);
    if waiting.any(|value| plan.removed_values.contains(&value)) {
        return Err(OptionsError::OptionValueInUse.into());
    }
    DROP_STOCKS.run(tx, (plan.removed_skus.clone(),)).await?;
    DROP_SKUS.run(tx, (plan.removed_skus,)).await.map_err(still_used)?;
    DROP_VALUES.run(tx, (plan.removed_values,)).await.map_err(still_used)?;
    DROP_GROUPS.run(tx, (plan.removed_groups,)).await?;
    WRITE_GROUPS.run(tx, (product_id, Json(plan.groups))).await?;
    WRITE_VALUES.run(tx, (Json(plan.values),)).await?;
    WRITE_SKUS.run(tx, (product_id, Json(plan.skus))).await?;
    OPEN_STOCKS.run(tx, (product_id, now)).await?;
    check(tx, by, product_id, now).await.map_err(Failure::widen)?;
    sold_again::tell(tx, vec![product_id], now).await?;
    Ok(TOUCH.run(tx, (product_id, now)).await?)
}

/// Whoever still refers to what was to be removed decides the refusal.
fn still_used(fault: Fault) -> Failure<OptionsError> {
    match fault.constraint() {
        Some(name) if name.ends_with("_sku_id_fkey") => OptionsError::SkuInUse.into(),
        Some(name) if name.ends_with("_option_value_id_fkey") => OptionsError::OptionValueInUse.into(),
        _ => Failure::Fault(fault),
    }
}
