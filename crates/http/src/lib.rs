//! The marketplace over HTTP: thin adapters from requests to the crates below, and from their answers to the wire.
//!
//! No rule and no query stands here. A handler extracts, parses into domain types, makes one call and answers;
//! [`ROUTES`] is the table of all routes, from which they are mounted and described.
//!
//! ```
//! use gigline_http::{Access, ROUTES};
//!
//! let logout = ROUTES.iter().find(|route| route.path == "/api/logout/").expect("a known route");
//! assert_eq!((logout.method, logout.access), ("POST", Access::Session));
//! ```

mod address;
mod app;
mod body;
mod caller;
mod error;
mod fields;
mod finish;
mod handed;
mod handlers;
pub mod housekeeping;
mod idempotency;
mod limits;
mod listings;
mod openapi;
mod origin;
mod paging;
mod path;
mod places;
mod polls;
mod reply;
mod restless;
mod routes;
mod shapes;
pub mod sockets;
mod wire;

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{NormalizePath, from_fn};
use actix_web::{Error, web};

pub use address::TrustedProxies;
pub use app::{App, HttpSettings, Parts};
pub use error::{ApiError, ApiResult, error_codes};
pub use openapi::openapi_json;
pub use origin::Origins;
pub use routes::{Access, ROUTES, Route};

/// The application as actix serves it.
pub fn service(
    app: App,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl actix_web::body::MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let cors = app.settings.origins.cors();
    actix_web::App::new()
        .app_data(web::Data::new(app))
        .configure(routes::mount)
        .default_service(web::to(routes::not_found))
        .wrap(from_fn(idempotency::idempotent))
        .wrap(from_fn(limits::keep_within))
        .wrap(NormalizePath::trim())
        .wrap(cors)
        .wrap(from_fn(finish::finish))
        .wrap(from_fn(limits::cut_off))
        .wrap(from_fn(restless::cut_restless))
}
