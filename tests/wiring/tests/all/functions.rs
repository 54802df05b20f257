//! Folders, list and template name the same functions.

use crate::deployed::{FUNCTION, of, template};
use std::collections::BTreeSet;
use wiring::{all, root};

fn folders() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for host in std::fs::read_dir(root().join("functions")).unwrap() {
        let host = host.unwrap();
        for function in std::fs::read_dir(host.path()).unwrap() {
            let name = function.unwrap().file_name();
            found.insert(format!("functions/{}/{}", host.file_name().to_string_lossy(), name.to_string_lossy()));
        }
    }
    found
}

#[test]
fn the_list_names_every_folder() {
    let listed: BTreeSet<String> = all().iter().map(wiring::Function::folder).collect();
    assert_eq!(listed, folders());
}

#[test]
fn every_folder_is_one_function_of_the_template_and_the_other_way_round() {
    let template = template();
    let deployed: Vec<String> =
        template.of_type(FUNCTION).map(|f| f.text("CodeUri").unwrap_or_default().to_owned()).collect();
    assert_eq!(deployed.iter().cloned().collect::<BTreeSet<_>>(), folders());
    assert_eq!(deployed.len(), folders().len());
    for function in all() {
        let resource = of(&template, &function);
        assert_eq!(resource.text("FunctionName"), Some(format!("drrip-${{Stage}}-{}", function.package()).as_str()));
        assert_eq!(resource.body["Metadata"]["BuildMethod"], "rust-cargolambda", "{}", resource.logical);
        assert_eq!(resource.body["Metadata"]["BuildProperties"]["Binary"], function.package());
    }
    assert_eq!(template.globals()["Runtime"], "provided.al2023");
    assert_eq!(template.globals()["Architectures"], serde_json::json!(["arm64"]));
    assert_eq!(template.globals()["AutoPublishAlias"], "live");
}

#[test]
fn the_page_of_each_host_lists_its_functions() {
    for (host, functions) in web::FUNCTIONS {
        let listed: BTreeSet<&str> = functions.iter().copied().collect();
        let all = all();
        let exist: BTreeSet<&str> = all.iter().filter(|f| f.host == host.as_str()).map(|f| f.name).collect();
        assert_eq!(listed, exist, "{}", host.as_str());
    }
}
