//! The clients that people use, unchanged, against the started server: each by polling alone, by WebSocket alone and
//! with the upgrade from one to the other, with the session in each place where they can show it.
//!
//! What they do and expect is in `tests/clients/`.

mod examples;
mod kit;

use std::path::Path;
use std::process::Command;

use gigline_testkit::{Actor, TestApp, on_both};
use serde_json::{Value, json};

const POLLING: &[&str] = &["polling"];
const WEB_SOCKET: &[&str] = &["websocket"];
const UPGRADE: &[&str] = &["polling", "websocket"];

fn person(actor: &Actor) -> Value {
    json!({ "id": actor.id, "token": actor.token })
}

/// Two people for each place where a session may be shown.
async fn pairs(app: &TestApp) -> Vec<Value> {
    let mut pairs = Vec::new();
    for by in ["token", "header", "cookie"] {
        let (ann, bob) = (app.user(&format!("ann-{by}")).await, app.user(&format!("bob-{by}")).await);
        pairs.push(json!({ "ann": person(&ann), "bob": person(&bob), "by": by }));
    }
    pairs
}

async fn given(app: &TestApp, transports: &[&str]) -> Value {
    json!({ "url": format!("http://{}", app.address()), "transports": transports, "pairs": pairs(app).await })
}

/// Runs one of the scripts and shows what it said if it failed.
fn tell(program: &Path, script: &str, given: &Value) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script);
    // A proxy of this machine's has no business between a client and a server on it.
    let mut command = Command::new(program);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let told = command.arg(script).arg(given.to_string()).output().unwrap();
    let said = [told.stdout, told.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(told.status.success(), "{}", said.join("\n"));
}

async fn javascript(app: &TestApp, client: &str, transports: &[&str]) {
    let Some(kit) = kit::javascript() else { return };
    let mut given = given(app, transports).await;
    given["kit"] = json!(kit);
    given["client"] = json!(client);
    tell(Path::new("node"), "story.mjs", &given);
}

async fn python(app: &TestApp, transports: &[&str]) {
    let Some(kit) = kit::python() else { return };
    tell(&kit.join("bin/python"), "story.py", &given(app, transports).await);
}

on_both! {
    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "http://localhost:3000")]]
    async fn the_rooms_page_with_axios(app) {
        let Some(kit) = kit::javascript() else { return };
        let url = format!("http://{}", app.address());
        tell(Path::new("node"), "page.mjs", &json!({ "kit": kit, "url": url, "origin": "http://localhost:3000" }));
    }

    async fn javascript_4_by_polling(app) { javascript(&app, "v4", POLLING).await; }
    async fn javascript_4_by_web_socket(app) { javascript(&app, "v4", WEB_SOCKET).await; }
    async fn javascript_4_with_an_upgrade(app) { javascript(&app, "v4", UPGRADE).await; }
    async fn javascript_3_by_polling(app) { javascript(&app, "v3", POLLING).await; }
    async fn javascript_3_by_web_socket(app) { javascript(&app, "v3", WEB_SOCKET).await; }
    async fn javascript_3_with_an_upgrade(app) { javascript(&app, "v3", UPGRADE).await; }
    async fn python_by_polling(app) { python(&app, POLLING).await; }
    async fn python_by_web_socket(app) { python(&app, WEB_SOCKET).await; }
    async fn python_with_an_upgrade(app) { python(&app, UPGRADE).await; }
}
