//! A stage can be made to live in another time; production cannot.

use boot::{Boot, Stage};
use harness::Shop;
use kernel::Clock;
use std::sync::Arc;

/// The same process as if it ran in a stage.
fn in_stage(shop: &Shop, stage: Stage) -> Boot {
    let mut boot = shop.boot().clone();
    let mut config = (*boot.config).clone();
    config.stage = stage;
    boot.config = Arc::new(config);
    boot.clock = Clock::default();
    boot
}

#[tokio::test]
async fn the_offset_counts_everywhere_but_in_production() {
    let shop = Shop::open().await;
    let week = 7 * 86_400;
    let ahead = async |stage: Stage| {
        let boot = in_stage(&shop, stage);
        (boot.now().await.unwrap().0 - Clock::default().now().0).num_seconds()
    };
    for stage in [Stage::Dev, Stage::Staging, Stage::Prod] {
        assert!(ahead(stage).await.abs() < 60, "no offset is set");
    }
    let set = "insert into system_settings (key, kind, value, updated_at) values ('clock_offset_seconds', 'setting', '604800', $1)";
    shop.sql(set, &[&shop.now()]).await;
    for stage in [Stage::Dev, Stage::Staging] {
        assert!((ahead(stage).await - week).abs() < 60, "{stage:?}");
    }
    assert!(ahead(Stage::Prod).await.abs() < 60, "production lives in its own time, whatever a row says");
    // It is read each time: taking it back is enough.
    shop.sql("delete from system_settings where key = 'clock_offset_seconds'", &[]).await;
    assert!(ahead(Stage::Dev).await.abs() < 60);
    shop.close().await;
}
