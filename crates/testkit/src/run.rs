//! Runs a test on a started server, and each test on both databases.

use crate::app::TestApp;
use crate::database::Backend;

/// Runs `test` on a server on this database; where the database is not there, that was said and nothing is run.
pub fn on<F: Future<Output = ()>>(backend: Backend, settings: &[(&str, &str)], test: impl FnOnce(TestApp) -> F) {
    let Some(app) = TestApp::start_with(backend, settings) else { return };
    actix_rt::System::new().block_on(test(app));
}

/// Declares tests that run on both databases: each becomes a module with a test `sqlite` and a test `postgres`.
///
/// ```ignore
/// on_both! {
///     async fn anyone_may_look(app) {
///         let _ = app.anyone().get("/api/job/").await.expect(200);
///     }
///     #[settings = [("GIGLINE_RATINGS_REQUIRE_JOB", "true")]]
///     async fn strangers_may_not_rate(app) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($(#[doc = $doc:literal])* $(#[settings = $settings:expr])? async fn $name:ident($app:ident) $body:block)+) => {
        $(
            $(#[doc = $doc])*
            mod $name {
                #[allow(unused_imports, reason = "what the file imports is there for all of its tests")]
                use super::*;

                async fn test($app: $crate::TestApp) $body

                fn on(backend: $crate::Backend) {
                    let settings: &[(&str, &str)] = &[];
                    $(let settings: &[(&str, &str)] = &$settings;)?
                    $crate::on(backend, settings, test);
                }

                #[test]
                fn sqlite() {
                    on($crate::Backend::Sqlite);
                }

                #[test]
                fn postgres() {
                    on($crate::Backend::Postgres);
                }
            }
        )+
    };
}
