//! The text of a list of products: what is asked for and nothing else, so that each kind of list walks an index of its own and
//! keeps its plan.
//!
//! Every text ends its page twice: at a constant, 101 rows (a page of 100 and the row behind it), and at what was asked for. Of a
//! parameter the planner only guesses that it is a tenth of the table, and would rather read and sort it whole.

use db::Shape;

kernel::text_enum! {
    /// What comes first.
    pub enum ProductSort { Newest = "newest", PriceAsc = "price_asc", PriceDesc = "price_desc", Popular = "popular" }
}

/// Which order and which filters a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) sort: ProductSort,
    /// A page behind another.
    pub(crate) after: bool,
    pub(crate) category: bool,
    pub(crate) brand: bool,
    pub(crate) seller: bool,
    pub(crate) keyword: bool,
    pub(crate) price: bool,
    pub(crate) gender: bool,
    pub(crate) in_stock: bool,
}

/// Products `p` on sale now, of active sellers and brands that may sell them. The checks of seller, brand and right look rows up
/// one by one, never as joins, and the planner sees all checks as one: they pass nearly always, and only if it does not take
/// each for one half of all products does it walk the index of the order and stop at the end of the page.
const ON_SALE: &str = "p.state = 'on_sale' and p.on_sale_at is not null
                 and coalesce(coalesce(p.sale_starts_at <= $8, true) and coalesce(p.sale_ends_at > $8, true)
                     and (select s.state = 'active' and not coalesce(s.sales_paused_from <= $8 and (s.sales_paused_until is null or s.sales_paused_until > $8), false)
                          from sellers s where s.id = p.seller_id)
                     and (select b.state = 'active' from brands b where b.id = p.brand_id)
                     and (select bs.valid_from <= $9 and coalesce(bs.valid_to >= $9, true)
                          from brand_sellers bs where bs.brand_id = p.brand_id and bs.seller_id = p.seller_id), false)";

const IN_CATEGORY: &str = "
                 and p.category_id = any(array(
                     select below.id from categories top join categories below on below.id = top.id or starts_with(below.path, top.path || '/') where top.id = $1))";
const OF_BRAND: &str = " and p.brand_id = $2";
const OF_SELLER: &str = " and p.seller_id = $3";
const NAMED: &str = "
                 and (p.name ilike $4 or exists (select from unnest(p.search_tags) tag where tag ilike $4)
                      or p.brand_id = any(array(select b.id from brands b where b.name_ko ilike $4 or b.name_en ilike $4)))";
const FOR_GENDER: &str = " and (p.gender = $7 or ($7 in ('m', 'w') and p.gender = 'u'))";
const IN_STOCK: &str = "
                 and exists (select from product_skus k join sku_stocks st on st.sku_id = k.id where k.product_id = p.id and k.usable and st.on_hand > st.reserved)";

/// Columns of a product that its card shows.
const CARD: &str = "p.id, p.name, p.brand_id, p.seller_id, p.list_price, p.sale_price, p.like_count, p.on_sale_at";

/// The lowest running promotion of each product that has one.
const RUNNING: &str = "select pp.product_id, min(pp.promo_price) as promo_price
                 from promotions pr join promotion_products pp on pp.promotion_id = pr.id
                 where pp.state = 'approved' and coalesce(pp.sold_quantity < pp.quantity_limit, true)
                   and pr.kind in ('seller_discount', 'time_sale', 'exhibition') and pr.state in ('scheduled', 'running')
                   and pr.starts_at <= $8 and pr.ends_at > $8
                 group by pp.product_id";

/// The cards of the products of `page`.
const CARDS: &str = "
         select p.id, p.name, p.brand_id, (select b.name_ko from brands b where b.id = p.brand_id) as brand_name, p.seller_id,
                (select u.object_key from product_images i join uploads u on u.id = i.file_id
                 where i.product_id = p.id and i.role = 'main' and i.option_value_id is null) as image_key, p.list_price,
                coalesce(promo.promo_price, p.sale_price) as price, former.price as former_price, promo.ends_at as promotion_ends_at,
                exists (select from product_skus k join sku_stocks st on st.sku_id = k.id where k.product_id = p.id and k.usable and st.on_hand > st.reserved) as in_stock,
                p.like_count, coalesce(p.on_sale_at, $8) as on_sale_at
         from page p
         left join lateral running_promotion(p.id, p.sale_price, $8) promo on true
         left join lateral (
             select cur.valid_from from price_histories cur
             where cur.product_id = p.id and cur.valid_from <= $8 and coalesce(cur.valid_to > $8, true)) present on true
         left join lateral former_price(p.id, coalesce(promo.starts_at, present.valid_from)) former on true
         order by ";

/// An order, and where a page behind another begins. A keyset of `(price, id)` reads upwards by price and downwards by id, so the
/// price leads it alone and the id decides among equals.
struct Way {
    order: &'static str,
    after: &'static str,
    /// The same for the price of a promotion.
    promoted: [&'static str; 2],
}

const NEWEST: Way =
    Way { order: "p.on_sale_at desc, p.id desc", after: " and (p.on_sale_at, p.id) < ($10, $12)", promoted: [""; 2] };
const POPULAR: Way = Way {
    order: "p.like_count desc, p.id desc",
    after: " and (p.like_count, p.id) < ($11::int, $12)",
    promoted: [""; 2],
};
const CHEAPEST: Way = Way {
    order: "p.sale_price, p.id desc",
    after: " and p.sale_price >= $11 and (p.sale_price > $11 or p.id < $12)",
    promoted: ["r.promo_price, p.id desc", " and r.promo_price >= $11 and (r.promo_price > $11 or p.id < $12)"],
};
const DEAREST: Way = Way {
    order: "p.sale_price desc, p.id desc",
    after: " and (p.sale_price, p.id) < ($11, $12)",
    promoted: ["r.promo_price desc, p.id desc", " and (r.promo_price, p.id) < ($11, $12)"],
};

impl Asked {
    fn way(self) -> Way {
        match self.sort {
            ProductSort::Newest => NEWEST,
            ProductSort::Popular => POPULAR,
            ProductSort::PriceAsc => CHEAPEST,
            ProductSort::PriceDesc => DEAREST,
        }
    }

    /// Each filter with the word it is known by and its clause.
    fn filters(self) -> [(bool, &'static str, &'static str); 6] {
        [
            (self.category, "category", IN_CATEGORY),
            (self.brand, "brand", OF_BRAND),
            (self.seller, "seller", OF_SELLER),
            (self.keyword, "keyword", NAMED),
            (self.gender, "gender", FOR_GENDER),
            (self.in_stock, "in stock", IN_STOCK),
        ]
    }

    /// What a list holds but for its price.
    fn shown(self) -> impl Iterator<Item = &'static str> {
        let asked = self.filters().into_iter().filter_map(|(asked, _, clause)| asked.then_some(clause));
        std::iter::once(ON_SALE).chain(asked)
    }

    /// In the order of a column of products. The promotions are looked up for every product only where the price filters.
    fn by_column(self) -> Vec<&'static str> {
        let way = self.way();
        let mut text = vec![
            "with page as (
             select ",
            CARD,
            " from (
                 select ",
            CARD,
            " from products p",
        ];
        if self.price {
            text.extend([
                "
                 left join (",
                RUNNING,
                ") promo on promo.product_id = p.id and promo.promo_price < p.sale_price",
            ]);
        }
        text.push(
            "
                 where ",
        );
        text.extend(self.shown());
        if self.price {
            text.push("
                 and coalesce(promo.promo_price, p.sale_price) between coalesce($5, 0) and coalesce($6, 9223372036854775807)");
        }
        text.extend([
            if self.after { way.after } else { "" },
            "
                 order by ",
            way.order,
            " limit 101) p
             order by ",
            way.order,
            " limit $13)",
            CARDS,
            way.order,
        ]);
        text
    }

    /// By what anyone pays now: what has no running promotion, by the index of prices, and what has one, merged.
    fn by_price(self) -> Vec<&'static str> {
        let way = self.way();
        let [promoted, promoted_after] = way.promoted;
        let cheapest = self.sort == ProductSort::PriceAsc;
        let merged = if cheapest { "p.price, p.id desc" } else { "p.price desc, p.id desc" };
        let mut text = vec![
            "with running as materialized (",
            RUNNING,
            "),
         page as (
             select ",
            CARD,
            ", p.price from (
                 (select ",
            CARD,
            ", p.sale_price as price from (
                     select ",
            CARD,
            " from products p
                     where ",
        ];
        text.extend(self.shown());
        text.push(
            "
                     and coalesce((select false from running_promotion(p.id, p.sale_price, $8)), true)",
        );
        if self.price {
            text.push(" and p.sale_price >= coalesce($5, 0) and p.sale_price <= coalesce($6, 9223372036854775807)");
        }
        text.extend([if self.after { way.after } else { "" }, "
                     order by ", way.order, " limit 101) p
                  order by ", way.order, " limit $13)
                 union all
                 (select ", CARD, ", r.promo_price as price from running r join products p on p.id = r.product_id and r.promo_price < p.sale_price
                  where "]);
        text.extend(self.shown());
        if self.price {
            text.push(" and r.promo_price >= coalesce($5, 0) and r.promo_price <= coalesce($6, 9223372036854775807)");
        }
        text.extend([
            if self.after { promoted_after } else { "" },
            "
                  order by ",
            promoted,
            " limit $13)) p
             order by ",
            merged,
            " limit $13)",
            CARDS,
            merged,
        ]);
        text
    }
}

impl Shape for Asked {
    fn every() -> Vec<Asked> {
        let shape = |sort, bits: u16| {
            let bit = |at: u16| bits >> at & 1 == 1;
            let [after, category, brand, seller] = [bit(0), bit(1), bit(2), bit(3)];
            let [keyword, price, gender, in_stock] = [bit(4), bit(5), bit(6), bit(7)];
            Asked { sort, after, category, brand, seller, keyword, price, gender, in_stock }
        };
        ProductSort::ALL.iter().flat_map(|sort| (0..256).map(move |bits| shape(*sort, bits))).collect()
    }

    fn label(self) -> String {
        let asked = self.filters().into_iter().filter_map(|(asked, word, _)| asked.then_some(word));
        let more =
            [(self.price, "price"), (self.after, "after")].into_iter().filter_map(|(is, word)| is.then_some(word));
        std::iter::once(self.sort.as_str()).chain(asked).chain(more).collect::<Vec<_>>().join(", ")
    }

    fn pieces(self) -> Vec<&'static str> {
        match self.sort {
            ProductSort::Newest | ProductSort::Popular => self.by_column(),
            ProductSort::PriceAsc | ProductSort::PriceDesc => self.by_price(),
        }
    }
}
