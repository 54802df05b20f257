//! Who and what the story is about, made anew for each run so that runs do not meet.

use e2e::Stack;
use kernel::SellerId;
use seed::people::{balances, operator};
use seed::pictures::Pictures;
use seed::plant::Plant;
use seed::scenario::{self, Buyer, Goods};
use seed::stores::{Store, StoreSpec, store};
use seed::{payees, shop};

/// The people and goods of one run.
pub struct Cast {
    pub stores: [Store; 2],
    pub goods: Goods,
    pub buyer: Buyer,
    /// Prepares payouts.
    pub clerk: String,
    /// Approves them.
    pub lead: String,
}

impl Cast {
    pub fn sellers(&self) -> [SellerId; 2] {
        [self.stores[0].seller_id, self.stores[1].seller_id]
    }
}

pub async fn plant(stack: &Stack) -> Cast {
    let boot = &stack.boot;
    seed::may_plant(boot.config.stage).unwrap();
    let tag = uuid::Uuid::now_v7().simple().to_string()[..12].to_owned();
    let number = u32::from_str_radix(&tag[4..], 16).unwrap();
    let mut plant = Plant::prepare(boot).await.unwrap();
    let mut add = |n: u32, name: &str, commission: &str, base: &str| {
        let code = format!("e2e-{tag}-{n}");
        let spec = StoreSpec {
            code: &code,
            company: &format!("(주){name}"),
            name,
            brand: name,
            brand_en: name,
            representative: "홍길동",
            commission,
            commission_base: base,
            number: number.wrapping_add(n),
            owner_email: format!("owner@{code}.example"),
        };
        store(&mut plant, &spec).unwrap()
    };
    let stores = [add(1, "첫째 상점", "0.12", "net_of_seller"), add(2, "둘째 상점", "0.10", "gross")];
    let category = shop::category(&mut plant, &format!("e2e-{tag}"), "시험용 티셔츠");
    let goods = scenario::goods(&mut plant, &Pictures::new(), (&stores[0], &stores[1]), category).unwrap();
    let buyer = scenario::buyer(&mut plant, &goods, &stores[1], format!("buyer-{tag}@drrip.example")).unwrap();
    let (clerk, lead) = (format!("clerk-{tag}@drrip.example"), format!("lead-{tag}@drrip.example"));
    operator(&mut plant, &clerk, "정산 담당", "settlement_clerk").unwrap();
    operator(&mut plant, &lead, "정산 팀장", "settlement_lead").unwrap();

    let tx = boot.db.begin().await.unwrap();
    std::mem::take(&mut plant.rows).write(&tx).await.unwrap();
    balances(&plant, &tx, buyer.user_id, scenario::POINTS, scenario::REWARDS).await.unwrap();
    tx.commit().await.unwrap();
    let cast = Cast { stores, goods, buyer, clerk, lead };
    assert_eq!(payees::register(boot, &cast.sellers()).await.unwrap(), 2);
    cast
}
