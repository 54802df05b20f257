//! Lists that must agree: folders, functions in one process, queues, tasks, schedules, events.

use authz::Audience;
use events::queues;
use harness::{described, offline, serve, web};
use house::root;
use std::collections::{BTreeMap, BTreeSet};

fn folders(kind: &str) -> BTreeSet<String> {
    let folder = root().join("functions").join(kind);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn every_function_of_a_host_is_served_and_on_its_page() {
    for host in Audience::ALL {
        let found = folders(host.as_str());
        let served: BTreeSet<String> = described(host).into_iter().map(|one| one.function.to_owned()).collect();
        assert_eq!(served, found, "tests/serve lists other functions of the {} host than functions/", host.as_str());
        let page = web::FUNCTIONS.iter().find(|(of, _)| *of == host).map_or(&[][..], |(_, names)| names);
        let page: BTreeSet<String> = page.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(page, found, "web::FUNCTIONS lists other functions of the {} host than functions/", host.as_str());
    }
}

#[tokio::test]
async fn every_queue_has_one_task() {
    let workers = serve::workers(&offline().await).await.unwrap();
    // The relay feeds the queues; it is behind none of them.
    let found: BTreeSet<String> = folders("worker").into_iter().filter(|name| name != "relay").collect();
    let served: BTreeSet<String> = workers.iter().map(|worker| worker.name.to_owned()).collect();
    assert_eq!(served, found, "tests/serve lists other workers than functions/worker");
    let mut tasks: BTreeMap<&str, usize> = queues::ALL.iter().map(|queue| (queue.task, 0)).collect();
    for task in workers.iter().flat_map(|worker| worker.tasks()) {
        *tasks.entry(task.queue().task).or_default() += 1;
    }
    let wrong: Vec<_> = tasks.iter().filter(|(_, times)| **times != 1).collect();
    assert!(wrong.is_empty(), "queues and how many tasks they have: {wrong:?}");
}

#[test]
fn every_event_that_is_consumed_exists() {
    let known: BTreeSet<&str> = events::NAMES.iter().copied().collect();
    assert_eq!(known.len(), events::NAMES.len(), "two events of one name");
    for queue in queues::ALL {
        for event in queue.consumes {
            assert!(known.contains(event), "{} consumes {event}, which nobody writes", queue.task);
        }
    }
}

#[tokio::test]
async fn every_schedule_has_one_name_and_a_cron() {
    let functions = serve::schedules(&offline().await).await.unwrap();
    let served: BTreeSet<String> = functions.iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(served, folders("schedule"), "tests/serve lists other functions than functions/schedule");
    let mut names = BTreeSet::new();
    for schedule in functions.iter().flat_map(|function| function.schedules()) {
        assert!(names.insert(schedule.name()), "two schedules {}", schedule.name());
        assert_eq!(schedule.cron().split(' ').count(), 6, "{}: {}", schedule.name(), schedule.cron());
    }
}
