//! What the README has its readers type does what the README says.

use std::process::Command;

use gigline_testkit::{on_both, skip};

/// The README's one line that begins so.
fn line(readme: &str, start: &str) -> String {
    readme.lines().find(|line| line.starts_with(start)).expect(start).to_owned()
}

/// The commands under a heading.
fn commands(readme: &str, heading: &str) -> String {
    let (_, section) = readme.split_once(&format!("\n{heading}\n")).expect(heading);
    let (_, block) = section.split_once("```sh\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

on_both! {
    async fn the_walk_through_a_room(app) {
        if Command::new("curl").arg("--version").output().is_err() {
            return skip("curl cannot be run", "GIGLINE_TEST_REQUIRE_CLIENTS");
        }
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
        let script = [line(&readme, "value()"), commands(&readme, "### A room")].join("\n");
        // Beside the server's own files there is a place that nobody else has.
        let here = app.data_dir().join("reader");
        std::fs::create_dir_all(here.join("gigline-data")).unwrap();
        let mut shell = Command::new("sh");
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            shell.env_remove(proxy);
        }
        let typed = shell.args(["-eu", "-c", &script]).env("H", format!("http://{}", app.address())).current_dir(here);
        let told = typed.output().unwrap();
        let said = String::from_utf8(told.stdout).unwrap();
        assert!(told.status.success() && told.stderr.is_empty(), "{said}\n{}", String::from_utf8_lossy(&told.stderr));
        for whole in [
            r#","username":"cleo"}"#,
            r#","username":"dan"}"#,
            r#""admin":"cleo","participants":["cleo","dan"]}["cleo","dan"]"#,
        ] {
            assert!(said.contains(whole), "no {whole} in {said}");
        }
        let told = ["The keys are under the mat.", "Mind the cat.", "event: private_message"];
        assert_eq!(told.map(|text| said.matches(text).count()), [5, 2, 2], "{said}");
    }
}
