"""A repository of a few crates in the shape of the real one, to change and to plan."""

import pathlib
import subprocess

MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\n{uses}\n'

CRATES = {
    "shared/kernel": [],
    "shared/jobs": ["shared/kernel"],
    "shared/db": ["shared/kernel"],
    "shared/pricing": ["shared/kernel"],
    "shared/promotions": ["shared/jobs", "shared/db", "shared/pricing"],
    "shared/web": ["shared/kernel"],
    "functions/service/benefit": ["shared/promotions", "shared/web", "shared/jobs", "shared/db"],
    "functions/worker/benefit": ["shared/promotions"],
    "functions/schedule/benefit": ["shared/promotions"],
    "functions/worker/relay": ["shared/jobs", "shared/db"],
    "functions/platform/migrate": ["shared/db"],
}

FILES = {
    "shared/kernel/src/lib.rs": "pub struct Money(pub i64);\n",
    "shared/jobs/src/lib.rs": "pub trait Task { fn run(&self); }\npub trait Schedule { fn run(&self); }\npub struct Relay;\n",
    "shared/db/src/lib.rs": "pub mod migrate;\npub struct Db;\n",
    "shared/db/src/migrate.rs": "pub fn run() {}\n",
    "shared/db/migrations/0001_first.sql": "create table a (id int);\n",
    "shared/pricing/src/lib.rs": "mod accrue;\npub mod round;\npub use accrue::accrue;\n",
    "shared/pricing/src/accrue.rs": "use kernel::Money;\n/// Points of a line.\npub fn accrue(paid: Money) -> Money { Money(paid.0 / 100) }\n",
    "shared/pricing/src/round.rs": "pub fn down(x: i64) -> i64 { x }\n",
    "shared/promotions/src/lib.rs": (
        "mod expire;\nmod grant;\nmod grant_points;\npub mod wallet;\nmod words;\n"
        "pub use expire::ExpirePoints;\npub use grant_points::GrantPoints;\n"
    ),
    "shared/promotions/src/words.rs": (
        "/// States of a lot.\npub enum LotState { Open, Ended }\n\nimpl From<LotState> for &'static str {\n"
        '    fn from(state: LotState) -> &\'static str { match state { LotState::Open => "open", LotState::Ended => "ended" } }\n}\n'
    ),
    "shared/promotions/src/grant.rs": "use db::Db;\n\npub fn grant(_: &Db, amount: i64) -> i64 { amount }\n",
    "shared/promotions/src/grant_points.rs": (
        "use crate::grant::grant;\nuse db::Db;\nuse jobs::Task;\n\npub struct GrantPoints { pub db: Db }\n\n"
        "impl Task for GrantPoints {\n    fn run(&self) { grant(&self.db, pricing::accrue(kernel::Money(100)).0); }\n}\n\n"
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}\n"
    ),
    "shared/promotions/src/expire.rs": (
        "use crate::words::LotState;\nuse jobs::Schedule;\n\npub struct ExpirePoints;\n\n"
        'impl Schedule for ExpirePoints {\n    fn run(&self) { let _: &str = LotState::Ended.into(); }\n}\n\npub const CRON: &str = "10 0 * * ? *";\n'
    ),
    "shared/promotions/src/wallet.rs": (
        "use crate::words::LotState;\nuse pricing::round as even;\n\npub fn list(state: LotState) -> i64 { let _: &str = state.into(); even::down(1) }\n"
        "\npub fn grant_nothing() { struct Purse { grant: i64 } let purse = Purse { grant: 0 }; purse.grant.abs(); }\n"
    ),
    "shared/web/src/lib.rs": "pub fn serve() {}\n",
    "shared/web/src/docs.html": "<p>docs</p>\n",
    "functions/service/benefit/src/lib.rs": "mod points;\npub fn api() { web::serve(); points::show(); let _ = (jobs::Relay, db::Db); }\n",
    "functions/service/benefit/src/points.rs": "pub fn show() { promotions::wallet::list(todo()); }\nfn todo<T>() -> T { panic!() }\n",
    "functions/worker/benefit/src/lib.rs": "pub fn worker() { let _ = promotions::GrantPoints { db: panic!() }; }\n",
    "functions/schedule/benefit/src/lib.rs": "use promotions::ExpirePoints;\npub fn schedules() { let _ = ExpirePoints; }\n",
    "functions/worker/relay/src/lib.rs": "pub fn serve() { let _ = (jobs::Relay, db::Db); }\n",
    "functions/platform/migrate/src/lib.rs": "pub fn run() { db::migrate::run() }\n",
    "tests/house/src/lib.rs": "",
    "docs/money.md": "# Won\n",
    "README.md": "# House\n",
    "Cargo.toml": '[workspace]\nresolver = "3"\nmembers = ["shared/*", "functions/*/*"]\n',
}

TEMPLATE = """
Parameters:
  TossUrl: {Type: String, Default: "https://pay.example"}
Globals:
  Function: {Timeout: 29}
Resources:
  Points: {Type: "AWS::SQS::Queue", Properties: {VisibilityTimeout: 180}}
"""

FUNCTION = """  %(logical)s:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: %(package)s}}
    Properties:
      CodeUri: %(folder)s
      MemorySize: 512
%(more)s"""

MORE = {
    "functions/schedule/benefit": (
        '      Events:\n        ExpirePoints: {Type: ScheduleV2, Properties: {ScheduleExpression: "cron(10 0 * * ? *)"}}\n'
    ),
    "functions/service/benefit": "      Environment: {Variables: {TOSS_URL: !Ref TossUrl}}\n",
}


def package_of(folder):
    return "-".join(folder.split("/")[1:])


def logical_of(folder):
    return "".join(part.title() for part in folder.split("/")[1:])


def write(root, path, text):
    file = pathlib.Path(root) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def run(root, *command):
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def commit(root):
    run(root, "git", "add", "-A")
    run(root, "git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false", "commit", "-qm", "change", "--allow-empty")
    return run(root, "git", "rev-parse", "HEAD")


def build(root):
    """Writes the house and commits it; answers the commit."""
    template = TEMPLATE
    for folder, uses in CRATES.items():
        up = "../" * len(folder.split("/"))
        lines = "\n".join(f'{package_of(use)} = {{ path = "{up}{use}" }}' for use in uses)
        write(root, f"{folder}/Cargo.toml", MANIFEST.format(name=package_of(folder), uses=lines))
        if folder.startswith("functions/"):
            values = {"logical": logical_of(folder), "package": package_of(folder), "folder": folder, "more": MORE.get(folder, "")}
            template += FUNCTION % values
    for path, text in FILES.items():
        write(root, path, text)
    write(root, "template.yaml", template)
    write(root, "Cargo.lock", lock("1.0.0"))
    run(root, "git", "init", "-q")
    return commit(root)


def lock(serde):
    """A lock file in which only the web crate uses serde."""
    packages = [f'[[package]]\nname = "serde"\nversion = "{serde}"\nchecksum = "{serde}"\n']
    for folder, uses in CRATES.items():
        named = [package_of(use) for use in uses] + (["serde"] if folder == "shared/web" else [])
        packages.append(f'[[package]]\nname = "{package_of(folder)}"\nversion = "0.1.0"\ndependencies = {named!r}\n'.replace("'", '"'))
    return "version = 4\n\n" + "\n".join(packages)
