//! A shop: one test's own database, tables, clock, hosts and outside services.

use crate::actor::Actor;
use crate::budget::{self, Crowd};
use crate::clock::TestClock;
use crate::cloud::Cloud;
use crate::outside::Outside;
use crate::points::Points;
use crate::services::Services;
use crate::tasks::Waiting;
use crate::template::{connect, template};
use crate::wire::Wire;
use crate::{keys, tables};
use authz::Audience;
use aws::Aws;
use axum::Router;
use boot::{Boot, Config, Stage};
use db::Statements;
use jobs::{Schedules, Worker};
use kernel::Now;
use simulators::{AgencySim, BankSim, CarrierSim, HooksSim, TossSim};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, RwLock};
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres::Client;
use tokio_postgres::types::{FromSqlOwned, ToSql};

/// See the crate's documentation.
pub struct Shop {
    pub(crate) inner: Arc<Inner>,
    pub(crate) closed: bool,
}

pub(crate) struct Inner {
    pub(crate) services: Services,
    pub(crate) database: String,
    pub(crate) boot: Boot,
    pub(crate) clock: TestClock,
    sql: RwLock<Arc<Client>>,
    pub(crate) outside: Outside,
    pub(crate) points: Arc<Points>,
    pub(crate) waiting: Mutex<Waiting>,
    /// Makes names, numbers and addresses unique within the shop.
    pub(crate) counter: AtomicU32,
    pub(crate) category: OnceCell<kernel::CategoryId>,
    crowd: Arc<Crowd>,
    routers: HashMap<Audience, OnceCell<Router>>,
    workers: OnceCell<Vec<Worker>>,
    schedules: OnceCell<Vec<Schedules>>,
}

/// How a shop reaches its database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Pooled,
    /// Through a wire that can be cut.
    Wired,
    /// Past the pooler, with named statements.
    Named,
}

impl Shop {
    /// A fresh shop: no sellers, no products, nobody. Takes about a quarter of a second.
    pub async fn open() -> Shop {
        Shop::with(Way::Pooled, None).await.0
    }

    /// One whose statements get names, which the test's pooler does not carry over: past the pooler.
    pub async fn named() -> Shop {
        Shop::with(Way::Named, None).await.0
    }

    /// One that calls AWS by another way.
    pub(crate) async fn open_with(cloud: &Cloud, statements: Statements) -> Shop {
        let way = if statements == Statements::Named { Way::Named } else { Way::Pooled };
        Shop::with(way, Some(cloud)).await.0
    }

    /// One whose way to the database can be cut.
    pub async fn wired() -> (Shop, Wire) {
        let (shop, wire) = Shop::with(Way::Wired, None).await;
        (shop, wire.expect("a wire"))
    }

    async fn with(way: Way, cloud: Option<&Cloud>) -> (Shop, Option<Wire>) {
        static SHOPS: AtomicU32 = AtomicU32::new(0);
        // LOG_LEVEL=info shows what the hosts log while a story runs.
        if std::env::var_os("LOG_LEVEL").is_some() {
            boot::telemetry::start();
        }
        let services = Services::find();
        let template = template(&services).await;
        let tag = format!("{}_{}", std::process::id(), SHOPS.fetch_add(1, Ordering::Relaxed));
        let database = format!("drrip_test_{tag}");
        let prefix = format!("test-{}-", tag.replace('_', "-"));
        let clock = TestClock::default();
        let made = create(&services, &database, &template);
        let ((), aws, outside) = futures::join!(made, emulated(&services, &prefix, cloud), Outside::start(&clock));
        let config = Config {
            stage: Stage::Test,
            resource_prefix: Some(prefix),
            secret_ids: Vec::new(),
            db_connections: 12,
            db_statements: if way == Way::Named { Statements::Named } else { Statements::Unnamed },
            toss_url: outside.toss.url.clone(),
            agency_url: outside.agency.url.clone(),
            bank_url: outside.bank.url.clone(),
            public_bucket: tables::PUBLIC_BUCKET.into(),
            private_bucket: tables::PRIVATE_BUCKET.into(),
            mail_sender: "no-reply@drrip.example".into(),
            webhook_allow_hosts: vec![outside.hooks_host()],
            allowed_origins: Vec::new(),
        };
        let pooled = services.pooled_url(&database);
        let wire = if way == Way::Wired { Some(Wire::to(&pooled).await) } else { None };
        let url = match &wire {
            Some(wire) => wire.url.clone(),
            None if way == Way::Named => services.direct_url(&database),
            None => pooled,
        };
        let mut boot = Boot::new(config, keys::secrets(url), aws, boot::outgoing().expect("certificates"))
            .expect("the parts of a process");
        boot.clock = clock.platform.clone();
        let points = Arc::new(Points::new(services.direct_url(&database)));
        boot.db = boot.db.watched(points.clone());
        let inner = Inner {
            sql: RwLock::new(Arc::new(connect(&services.direct_url(&database)).await)),
            services,
            database,
            boot,
            clock,
            outside,
            points,
            waiting: Mutex::default(),
            counter: AtomicU32::new(0),
            category: OnceCell::new(),
            crowd: Arc::default(),
            routers: Audience::ALL.into_iter().map(|host| (host, OnceCell::new())).collect(),
            workers: OnceCell::new(),
            schedules: OnceCell::new(),
        };
        (Shop { inner: Arc::new(inner), closed: false }, wire)
    }

    /// Connects anew what tests look up and arrange with, after a restart of the server.
    pub async fn reconnect(&self) {
        let inner = &self.inner;
        let fresh = connect(&inner.services.direct_url(&inner.database)).await;
        *inner.sql.write().expect("no panic before") = Arc::new(fresh);
    }

    /// A handle that does not close it.
    pub(crate) fn view(inner: Arc<Inner>) -> Shop {
        Shop { inner, closed: true }
    }

    /// Another handle of the same shop, for what happens meanwhile; it need not be closed.
    pub fn handle(&self) -> Shop {
        Shop::view(self.inner.clone())
    }

    /// Its calls are counted but held to no budget.
    pub fn off_budget(&self) {
        self.inner.crowd.off_budget.store(true, Ordering::SeqCst);
    }

    pub fn boot(&self) -> &Boot {
        &self.inner.boot
    }

    pub fn clock(&self) -> &TestClock {
        &self.inner.clock
    }

    pub fn now(&self) -> Now {
        self.inner.clock.now()
    }

    pub fn toss(&self) -> &TossSim {
        &self.inner.outside.toss
    }

    pub fn agency(&self) -> &AgencySim {
        &self.inner.outside.agency
    }

    pub fn bank(&self) -> &BankSim {
        &self.inner.outside.bank
    }

    pub fn carrier(&self) -> &CarrierSim {
        &self.inner.outside.carrier
    }

    /// A partner's receiver of our webhooks.
    pub fn hooks(&self) -> &HooksSim {
        &self.inner.outside.hooks
    }

    /// Somebody without a session on a host.
    pub fn anonymous(&self, host: Audience) -> Actor {
        Actor::new(self.inner.clone(), host, None)
    }

    pub async fn service(&self) -> Router {
        self.inner.router(Audience::Service).await
    }
    pub async fn seller_host(&self) -> Router {
        self.inner.router(Audience::Seller).await
    }
    pub async fn admin(&self) -> Router {
        self.inner.router(Audience::Admin).await
    }
    pub async fn external(&self) -> Router {
        self.inner.router(Audience::External).await
    }

    /// Serves a host on a port of this machine for the rest of the test, for simulators that call us; answers its URL.
    pub async fn url(&self, host: Audience) -> String {
        listen(self.inner.router(host).await).await
    }

    /// Runs SQL that arranges what no endpoint can; answers the rows changed.
    pub async fn sql(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> u64 {
        self.inner.sql().execute(sql, params).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"))
    }

    /// The first column of the only row.
    pub async fn value<T: FromSqlOwned>(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> T {
        self.inner.sql().query_one(sql, params).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}")).get(0)
    }

    /// The first column of every row.
    pub async fn values<T: FromSqlOwned>(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<T> {
        let rows = self.inner.sql().query(sql, params).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Shop {
    /// Ends the story like [`Shop::close`] but leaves its database, under another name.
    pub async fn keep(mut self, name: &str) {
        self.run_tasks().await;
        self.check_laws().await;
        self.closed = true;
        self.inner.boot.db.close();
        let (inner, admin) = (&self.inner, connect(&self.inner.services.admin_url).await);
        let database = &inner.database;
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        admin.execute(end, &[database]).await.unwrap();
        admin.batch_execute(&format!("alter database {database} rename to {name}")).await.unwrap();
        tables::delete(&inner.boot.aws).await;
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        if std::thread::panicking() {
            eprintln!("the database of this test is kept: {}", self.inner.database);
        } else {
            panic!("a story ends with shop.close().await, which checks the laws");
        }
    }
}

/// Serves a router on a free port of this machine for the rest of the test; answers its URL.
pub async fn listen(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn create(services: &Services, database: &str, template: &str) {
    let admin = connect(&services.admin_url).await;
    admin.batch_execute(&format!("drop database if exists {database} with (force)")).await.unwrap();
    admin.batch_execute(&format!("create database {database} template {template}")).await.unwrap();
}

pub(crate) async fn remove(services: &Services, database: &str) {
    let gone =
        connect(&services.admin_url).await.batch_execute(&format!("drop database {database} with (force)")).await;
    gone.expect("the test database is dropped");
}

async fn emulated(services: &Services, prefix: &str, cloud: Option<&Cloud>) -> Aws {
    let aws = Aws::at(&services.aws_endpoint, prefix);
    // A process of the same number may have left some.
    tables::delete(&aws).await;
    tables::create(&aws).await;
    tables::buckets(&aws).await;
    match cloud {
        Some(cloud) => cloud.aws(prefix).await,
        None => aws,
    }
}

impl Inner {
    /// Past the pooler, for what tests arrange and look up.
    pub(crate) fn sql(&self) -> Arc<Client> {
        self.sql.read().expect("no panic before").clone()
    }

    /// The next small number nobody in this shop has.
    pub(crate) fn next(&self) -> u32 {
        self.counter.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A host's router, made when it is first called.
    pub(crate) async fn router(&self, host: Audience) -> Router {
        let make = || async {
            let apis = serve::apis(host, &self.boot).await.unwrap_or_else(|error| panic!("{host:?} host: {error}"));
            budget::counted(web::start(self.boot.clone(), apis), host, self.crowd.clone())
        };
        self.routers[&host].get_or_init(make).await.clone()
    }

    pub(crate) async fn workers(&self) -> &[Worker] {
        self.workers.get_or_init(|| async { serve::workers(&self.boot).await.unwrap() }).await
    }

    pub(crate) async fn schedules(&self) -> &[Schedules] {
        self.schedules.get_or_init(|| async { serve::schedules(&self.boot).await.unwrap() }).await
    }
}
