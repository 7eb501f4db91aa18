//! The README's own examples work.

use optakit_core::api::{Request, ServiceFile, analyze};

#[test]
fn the_tour_of_the_readme_has_no_diagnostics() {
    let readme = include_str!("../../../README.md");
    let blocks: Vec<&str> =
        readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [service, environment] = blocks.as_slice() else {
        panic!("the tour has two files, found {}", blocks.len())
    };
    let request = Request {
        service: ServiceFile::parse("opta.yml", service),
        environment_files: [("env.yml".to_owned(), Ok((*environment).to_owned()))].into(),
        ..Request::default()
    };
    let analysis = analyze(&request, false);
    assert_eq!(analysis.diagnostics, []);
    assert_eq!(analysis.environment.as_deref(), Some("staging"));
    let with_fault = Request {
        service: ServiceFile::parse(
            "opta.yml",
            &service.replace("healthcheck_path", "healthcheck"),
        ),
        ..request
    };
    let diagnostic = &analyze(&with_fault, false).diagnostics[0];
    assert!(readme.contains(&format!("error[{}]: {}", diagnostic.rule, diagnostic.message)));
    assert!(
        readme.contains(&format!(
            "--> opta.yml:{}:{}",
            diagnostic.place.line, diagnostic.place.column
        ))
    );
}
