"""The plan for a table of changes, on a small house of the same shape."""

import contextlib
import pathlib
import shutil
import tempfile
import unittest

from plan import Plan
from reach import Reach
from tests import a_small_house as house
from tree import Tree, at, changed_paths

EVERY = {"service-benefit", "worker-benefit", "schedule-benefit", "worker-relay", "platform-migrate"}
PROMOTIONS = {"service-benefit", "worker-benefit", "schedule-benefit"}
LIB = "shared/promotions/src/lib.rs"
TASK = "shared/promotions/src/grant_points.rs"
WORDS = "shared/promotions/src/words.rs"

# What is changed → the functions that are built, or configured.
TABLE = {
    "a task's code": ((TASK, "Money(100)", "Money(200)"), {"worker-benefit"}),
    "what a task alone calls": (("shared/promotions/src/grant.rs", "{ amount }", "{ amount + 1 }"), {"worker-benefit"}),
    "what a task alone calls in another crate": (("shared/pricing/src/accrue.rs", "/ 100", "/ 50"), {"worker-benefit"}),
    "a schedule's code": (("shared/promotions/src/expire.rs", "let _", "let _a"), {"schedule-benefit"}),
    "what a schedule and an endpoint share": ((WORDS, "LotState::Open => \"open\"", "LotState::Open => \"OPEN\""), {"schedule-benefit", "service-benefit"}),
    "what is used under another name": (("shared/pricing/src/round.rs", "{ x }", "{ x + 1 }"), {"service-benefit"}),
    "an endpoint": (("functions/service/benefit/src/points.rs", "panic!()", "unreachable!()"), {"service-benefit"}),
    "the web crate, which only hosts use": (("shared/web/src/lib.rs", "{}", "{ let _ = 1; }"), {"service-benefit"}),
    "a page beside the code": (("shared/web/src/docs.html", "docs", "pages"), {"service-benefit"}),
    "a crate under everything": (("shared/kernel/src/lib.rs", "i64", "i128"), EVERY),
    "a base crate that the migrations do not link": (("shared/jobs/src/lib.rs", "pub struct Relay;", "pub struct Relay(pub u8);"), EVERY - {"platform-migrate"}),
    "a migration": (("shared/db/migrations/0002_more.sql", "", "alter table a add b int;\n"), EVERY),
    "documentation": (("docs/money.md", "Won", "Whole won"), set()),
    "the first page": (("README.md", "House", "Home"), set()),
    "a test of the house": (("tests/house/src/lib.rs", "", "fn a() {}\n"), set()),
    "a unit test": ((TASK, "fn works() {}", "fn works() { assert!(true); }"), set()),
    "a comment": (("shared/pricing/src/accrue.rs", "/// Points of a line.", "/// Points that a line earns."), set()),
    "a manifest of a domain crate": (("shared/promotions/Cargo.toml", "0.1.0", "0.2.0"), PROMOTIONS),
    "the workspace's manifest": (("Cargo.toml", "[workspace]", "[profile.release]\nlto = true\n\n[workspace]"), EVERY),
    "a dependency of the web crate": (("Cargo.lock", None, house.lock("1.0.1")), {"service-benefit"}),
    "what is handed on under a name": ((LIB, "pub use grant_points::GrantPoints;", "pub use expire::ExpirePoints as GrantPoints;"), {"worker-benefit"}),
    "an import of another thing by the same name": ((TASK, "use crate::grant::grant;", "use crate::wallet::list as grant;"), {"worker-benefit"}),
    "nothing that anybody comes to": (("shared/promotions/src/unused.rs", "", "pub fn nobody() {}\n"), set()),
    "a file of an unknown kind": (("strange.bin", "", "?"), EVERY),
    "a schedule's rule": (("template.yaml", "cron(10 0", "cron(20 0"), {"schedule-benefit"}),
    "a function's memory": (("template.yaml", "CodeUri: functions/worker/relay\n      MemorySize: 512", "CodeUri: functions/worker/relay\n      MemorySize: 1024"), {"worker-relay"}),
    "what is common to all functions": (("template.yaml", "Timeout: 29", "Timeout: 28"), EVERY),
    "a parameter": (("template.yaml", "https://pay.example", "https://pay2.example"), {"service-benefit"}),
    "a queue": (("template.yaml", "VisibilityTimeout: 180", "VisibilityTimeout: 360"), set()),
}
CONFIGURED = {"a schedule's rule", "a function's memory", "what is common to all functions", "a parameter", "a queue"}


class PlanOfAChange(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="drrip-house-"))
        cls.first = house.build(cls.root)
        cls.laid = contextlib.ExitStack()
        cls.base = cls.laid.enter_context(at(cls.root, cls.first))

    @classmethod
    def tearDownClass(cls):
        cls.laid.close()
        shutil.rmtree(cls.root)

    def plan(self, path, old, new):
        """Commits one change over the first commit and plans it."""
        house.run(self.root, "git", "checkout", "-q", "--force", self.first)
        file = self.root / path
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        self.assertTrue(old is None or old in before, f"{path} has no {old}")
        house.write(self.root, path, new if old is None or not before else before.replace(old, new, 1))
        return self.planned()

    def planned(self):
        commit = house.commit(self.root)
        with at(self.root, commit) as head:
            return Plan(self.base, head, changed_paths(self.root, self.first, commit))

    def test_table(self):
        for what, (change, expected) in TABLE.items():
            with self.subTest(what):
                plan = self.plan(*change)
                self.assertEqual(set(plan.functions), expected, list(plan.lines()))
                built = {name for name, planned in plan.functions.items() if planned.build}
                self.assertEqual(built, set() if what in CONFIGURED else expected)
                self.assertTrue(all(planned.why for planned in plan.functions.values()))

    def test_reasons(self):
        rule = self.plan(*TABLE["a schedule's rule"][0])
        self.assertEqual(rule.functions["schedule-benefit"].why, ["rule ExpirePoints"])
        task = self.plan(*TABLE["a task's code"][0])
        self.assertEqual(task.functions["worker-benefit"].why, [f"reaches GrantPoints in {TASK}"])
        queue = self.plan(*TABLE["a queue"][0])
        self.assertEqual(queue.stack, ["~ Points (AWS::SQS::Queue)"])
        migration = self.plan(*TABLE["a migration"][0])
        self.assertEqual(migration.migrations, ["shared/db/migrations/0002_more.sql"])

    def test_what_went(self):
        """A function whose code lost a file is built."""
        house.run(self.root, "git", "checkout", "-q", "--force", self.first)
        (self.root / "shared/promotions/src/expire.rs").unlink()
        lib = (self.root / LIB).read_text().replace("mod expire;\n", "").replace("pub use expire::ExpirePoints;\n", "")
        house.write(self.root, LIB, lib)
        self.assertEqual(set(self.planned().functions), {"schedule-benefit"})


class PlanOfThisRepository(unittest.TestCase):
    def test_every_task_and_schedule_belongs_to_the_function_that_lists_it(self):
        """Read from the real sources: its function comes to it, and never one that does not link its crate."""
        tree = Tree(pathlib.Path(__file__).parents[3])
        reach = Reach(tree)
        found = [node for node in reach.nodes if node.item.text.startswith(("impl Task for", "impl Schedule for"))]
        self.assertGreater(len(found), 10)
        for node in found:
            name = node.item.text.split()[3]
            functions = reach.functions([node])
            self.assertTrue(any(one.startswith(("worker-", "schedule-")) for one in functions), f"nobody comes to {name}")
            self.assertLessEqual(set(functions), set(tree.linked_by(node.crate)), name)

