//! Brands as shoppers see them: the index by initial, and one brand's page.

use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::{BrandId, CategoryId, CouponId, Cursor, Failure, Fault, Limit, Now, Page, PromotionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// What comes first.
    pub enum BrandSort { Name = "name", Popular = "popular" }
}

/// The letter a brand's name begins with: `가` to `하` for the Korean name, `A` to `Z` for the Latin one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Initial(char);

/// First syllables of the fourteen plain consonants; tense ones stand with their plain one.
const SYLLABLES: [char; 15] =
    ['가', '나', '다', '라', '마', '바', '사', '아', '자', '차', '카', '타', '파', '하', '\u{D7A4}'];

impl Initial {
    pub fn new(letter: char) -> Option<Initial> {
        let letter = letter.to_ascii_uppercase();
        (letter.is_ascii_uppercase() || SYLLABLES[..14].contains(&letter)).then_some(Initial(letter))
    }

    /// The code points a Korean name begins with: from, and below.
    fn hangul(self) -> Option<(i32, i32)> {
        let at = SYLLABLES[..14].iter().position(|first| *first == self.0)?;
        Some((code(SYLLABLES[at]), code(SYLLABLES[at + 1])))
    }

    fn latin(self) -> Option<String> {
        self.0.is_ascii_uppercase().then(|| self.0.to_string())
    }
}

fn code(letter: char) -> i32 {
    i32::try_from(u32::from(letter)).unwrap_or(i32::MAX)
}

impl<'de> Deserialize<'de> for Initial {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Initial, D::Error> {
        let letter = char::deserialize(deserializer)?;
        Initial::new(letter).ok_or_else(|| serde::de::Error::custom("a letter from A to Z or from 가 to 하"))
    }
}

impl JsonSchema for Initial {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BrandInitial".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z가나다라마바사아자차카타파하]$", "example": "가" })
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct BrandQuery {
    pub initial: Option<Initial>,
    /// Brands that sell here or below.
    pub category_id: Option<CategoryId>,
    pub sort: Option<BrandSort>,
    pub cursor: Option<Cursor>,
    pub limit: Limit,
}

#[derive(Debug, Serialize, Deserialize)]
struct Key(BrandSort, String, i32, BrandId);

db::row! {
    /// One brand of the index.
    pub struct BrandRow { pub id: BrandId, pub slug: String, pub name: String, pub name_en: Option<String>, pub logo_key: Option<String>, pub follower_count: i32 }
}

/// A category the brand sells in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BrandCategory {
    pub id: CategoryId,
    pub name: String,
    pub product_count: i64,
}

/// An exhibition with products of the brand.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BrandExhibition {
    pub id: PromotionId,
    pub name: String,
    pub ends_at: DateTime<Utc>,
}

/// A coupon for products of the brand that can be downloaded.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BrandCoupon {
    pub id: CouponId,
    pub name: String,
}

db::row! {
    /// One brand's page.
    pub struct BrandPageRow {
        pub id: BrandId, pub slug: String, pub name: String, pub name_en: Option<String>, pub logo_key: Option<String>, pub follower_count: i32,
        pub product_count: i64, pub categories: Json<Vec<BrandCategory>>, pub exhibitions: Json<Vec<BrandExhibition>>, pub coupons: Json<Vec<BrandCoupon>>,
    }
}

kernel::refusals! {
    /// Why a brand is not shown.
    pub enum BrandError {
        BrandNotFound = 404 "brand_not_found", "There is no such brand.", "존재하지 않는 브랜드입니다.";
    }
}

db::statements! {
    static INDEX: (BrandSort, Option<i32>, Option<i32>, Option<String>, Option<CategoryId>, Option<String>, Option<i32>, Option<BrandId>, i64) => BrandRow =
        "select b.id, b.slug, b.name_ko as name, b.name_en, u.object_key as logo_key, b.follower_count
         from brands b left join uploads u on u.id = b.logo_file_id
         where b.state = 'active'
           and ($2::int is null or (ascii(b.name_ko) >= $2 and ascii(b.name_ko) < $3))
           and ($4::text is null or upper(left(b.name_en, 1)) = $4)
           and ($5::uuid is null or exists (
               select from products p join categories c on c.id = p.category_id join categories top on top.id = $5
               where p.brand_id = b.id and p.state = 'on_sale' and (c.id = top.id or starts_with(c.path, top.path || '/'))))
           and case when $8::uuid is null then true when $1 = 'popular' then (b.follower_count, b.id) < ($7, $8) else (b.name_ko, b.id) > ($6, $8) end
         order by case when $1 = 'popular' then b.follower_count end desc, case when $1 = 'popular' then b.id end desc, b.name_ko, b.id
         limit $9";
    static PAGE: (BrandId, Now) => BrandPageRow =
        "select b.id, b.slug, b.name_ko as name, b.name_en, u.object_key as logo_key, b.follower_count,
                (select count(*) from products p where p.brand_id = b.id and p.state = 'on_sale') as product_count,
                coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'product_count', t.n) order by t.n desc, t.id)
                          from (select c.id, c.name, count(*) as n from products p join categories c on c.id = p.category_id
                                where p.brand_id = b.id and p.state = 'on_sale' group by c.id, c.name) t), '[]') as categories,
                coalesce((select jsonb_agg(jsonb_build_object('id', pr.id, 'name', pr.name, 'ends_at', pr.ends_at) order by pr.ends_at, pr.id)
                          from promotions pr where pr.kind = 'exhibition' and pr.state in ('scheduled', 'running') and pr.starts_at <= $2 and pr.ends_at > $2
                            and exists (select from promotion_products pp join products p on p.id = pp.product_id
                                        where pp.promotion_id = pr.id and pp.state = 'approved' and p.brand_id = b.id)), '[]') as exhibitions,
                coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) order by c.id)
                          from coupon_targets t join coupons c on c.id = t.coupon_id
                          where t.brand_id = b.id and t.mode = 'include' and c.state = 'active' and c.issue_method = 'download'
                            and coalesce(c.valid_from <= $2, true) and coalesce(c.valid_to > $2, true)), '[]') as coupons
         from brands b left join uploads u on u.id = b.logo_file_id
         where b.id = $1 and b.state = 'active'";
}

/// One page of the index. A cursor of another sort starts at the top.
pub async fn brands(on: &impl On, query: BrandQuery) -> Result<Page<BrandRow>, Fault> {
    let sort = query.sort.unwrap_or(BrandSort::Name);
    let key = query.cursor.and_then(|cursor| cursor.decode::<Key>()).filter(|key| key.0 == sort);
    let (from, below) = query.initial.and_then(Initial::hangul).unzip();
    let latin = query.initial.and_then(Initial::latin);
    let (name, followers, id) = key.map_or((None, None, None), |key| (Some(key.1), Some(key.2), Some(key.3)));
    let filters = (sort, from, below, latin, query.category_id, name, followers, id, query.limit.fetch());
    let rows = INDEX.all(on, filters).await?;
    Ok(Page::of(rows, query.limit, |row| Key(sort, row.name.clone(), row.follower_count, row.id)))
}

/// One brand's page.
pub async fn brand_page(on: &impl On, id: BrandId, now: Now) -> Result<BrandPageRow, Failure<BrandError>> {
    Ok(PAGE.opt(on, (id, now)).await?.ok_or(BrandError::BrandNotFound)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_cover_their_syllables() {
        let holds = |initial: char, name: &str| {
            let first = code(name.chars().next().unwrap());
            Initial::new(initial).and_then(Initial::hangul).is_some_and(|(from, below)| (from..below).contains(&first))
        };
        assert!(holds('가', "깔끔") && holds('하', "힣") && holds('사', "쌍둥이") && !holds('나', "다온"));
        assert_eq!(Initial::new('m').and_then(Initial::latin).as_deref(), Some("M"));
        assert!(Initial::new('각').is_none() && Initial::new('1').is_none());
    }
}
