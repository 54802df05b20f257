use chrono::NaiveDate;
use serde_json::{Value, json};
use simulators::agency::{Gender, Person};
use simulators::{Agency, AgencySim, Bank, FaultKind};

struct Merchant<'a> {
    agency: &'a AgencySim,
    http: reqwest::Client,
}

impl Merchant<'_> {
    async fn open(&self, id: &str) -> (u16, Value) {
        let body = json!({"id": id, "purpose": "SIGN_UP", "redirectUrl": "https://drrip.example/done?x=1"});
        let ask = self.http.post(format!("{}/identity-verifications", self.agency.url)).json(&body);
        crate::shop::answer(ask.header("authorization", format!("PortOne {}", self.agency.secret))).await
    }

    async fn read(&self, id: &str) -> (u16, Value) {
        let ask = self.http.get(format!("{}/identity-verifications/{id}", self.agency.url));
        crate::shop::answer(ask.header("authorization", format!("PortOne {}", self.agency.secret))).await
    }
}

fn hong(phone: &str) -> Person {
    Person::new("홍길동", NaiveDate::from_ymd_opt(1990, 1, 2).unwrap(), phone, Gender::Male)
}

#[tokio::test]
async fn a_person_proves_who_they_are_and_stays_the_same_person() {
    let agency = Agency::start().await;
    let merchant = Merchant { agency: &agency, http: reqwest::Client::builder().no_proxy().build().unwrap() };
    let person = agency.person(hong("01012345678"));
    let (_, opened) = merchant.open("iv-1").await;
    assert!(opened["verificationUrl"].as_str().unwrap().ends_with("/window/iv-1"));
    assert_eq!(merchant.open("iv-1").await.0, 409);
    assert_eq!(merchant.read("iv-1").await.1["status"], "READY");

    let next = agency.verify("iv-1", &person).unwrap();
    assert_eq!(next, "https://drrip.example/done?x=1&identityVerificationId=iv-1");
    let (_, verified) = merchant.read("iv-1").await;
    let customer = &verified["verifiedCustomer"];
    assert_eq!((&verified["status"], &customer["birthDate"]), (&json!("VERIFIED"), &json!("1990-01-02")));
    assert_eq!((customer["ci"].as_str().unwrap().len(), customer["di"].as_str().unwrap().len()), (88, 64));

    // A year later with a new phone: the same CI.
    merchant.open("iv-2").await;
    let moved = agency.person(hong("01099998888"));
    agency.verify("iv-2", &moved).unwrap();
    assert_eq!(merchant.read("iv-2").await.1["verifiedCustomer"]["ci"], customer["ci"]);
    assert_eq!(agency.ci(&person).as_deref(), customer["ci"].as_str());
}

#[tokio::test]
async fn only_the_merchant_reads_and_windows_close() {
    let agency = Agency::start().await;
    let merchant = Merchant { agency: &agency, http: reqwest::Client::builder().no_proxy().build().unwrap() };
    merchant.open("iv-3").await;
    let stranger = merchant.http.get(format!("{}/identity-verifications/iv-3", agency.url));
    assert_eq!(crate::shop::answer(stranger).await.0, 401);
    assert_eq!(merchant.read("iv-none").await.0, 404);
    agency.clock().advance(601);
    assert_eq!(merchant.read("iv-3").await.1["failure"]["reason"], "EXPIRED");
    let person = agency.person(hong("01012345678"));
    assert!(agency.verify("iv-3", &person).is_err());

    merchant.open("iv-4").await;
    agency.fail("iv-4", "USER_CANCELED").unwrap();
    assert_eq!(merchant.read("iv-4").await.1["status"], "FAILED");
}

#[tokio::test]
async fn a_person_can_be_played_over_http() {
    let agency = Agency::start().await;
    let merchant = Merchant { agency: &agency, http: reqwest::Client::builder().no_proxy().build().unwrap() };
    merchant.open("iv-5").await;
    let person = json!({"name": "김영희", "birthDate": "2015-05-05", "phoneNumber": "01055556666", "gender": "FEMALE"});
    let url = format!("{}/sim/identity-verifications/iv-5/verify", agency.url);
    let (status, next) = crate::shop::answer(merchant.http.post(url).json(&json!({"person": person}))).await;
    assert_eq!((status, next["redirectTo"].is_string()), (200, true));
    assert_eq!(merchant.read("iv-5").await.1["verifiedCustomer"]["name"], "김영희");
}

#[tokio::test]
async fn the_bank_knows_whose_account_it_is() {
    let bank = Bank::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = |code: &str, number: &str| {
        let body = json!({"bankCode": code, "accountNumber": number});
        crate::shop::answer(http.post(format!("{}/accounts/holder", bank.url)).json(&body))
    };
    assert_eq!(ask("088", "110123456789").await.1["holderName"], "홍길동");
    assert_eq!(ask("88", "110123456789").await.1["holderName"], "홍길동");
    assert_eq!(ask("088", "999").await.0, 404);
    assert_eq!(ask("088", "110-12").await.0, 400);
    bank.account("004", "999", "김새봄");
    assert_eq!(ask("004", "999").await.1["holderName"], "김새봄");
    bank.close("004", "999");
    assert_eq!(ask("004", "999").await.0, 409);
    bank.fail_next(FaultKind::ErrorBefore);
    assert_eq!(ask("088", "110123456789").await.0, 500);
}
