-- Per line, the seller's part of a coupon or promotion is floor(share x seller_share_rate) and the platform bears the rest; points, rewards and grade are always the platform's.
with part as (
    select coalesce(product_order_id, seller_order_id) carrier, source, user_coupon_id, promotion_id,
           sum(amount) total, coalesce(sum(amount) filter (where bearer = 'seller'), 0) seller
    from discount_allocations
    where claim_id is null
    group by 1, 2, 3, 4
)
select a.carrier::text as id,
       format('%s of %s: seller bears %s at share %s', a.source, a.total, a.seller,
              coalesce(c.seller_share_rate, p.seller_share_rate, 0)) as why
from part a
left join user_coupons uc on uc.id = a.user_coupon_id
left join coupons c on c.id = uc.coupon_id
left join promotions p on p.id = a.promotion_id
where $1::timestamptz is not null
  and a.seller <> floor(a.total * coalesce(c.seller_share_rate, p.seller_share_rate, 0));
