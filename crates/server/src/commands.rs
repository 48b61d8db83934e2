//! What the program does once it knows what it was called for.

use std::sync::Arc;

use gigline_auth::{Clock as _, Hasher, SystemClock};
use gigline_domain::{Email, Role};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::{Conflict, Entity, StoreError};

use crate::cli::{Invocation, NewAdmin, Verb};
use crate::secret_input;
use crate::serve::{Server, open_store};
use crate::settings::Settings;

/// A failure, as it is told to whoever started the program.
pub type CommandError = Box<dyn std::error::Error>;

/// Does what the program was called for.
pub fn run(invocation: &Invocation) -> Result<(), CommandError> {
    let settings = Settings::read(&invocation.sources())?;
    crate::logging::start(&settings.log)?;
    match &invocation.verb {
        Verb::Serve => serve(&settings),
        Verb::AdminCreate(admin) => create_admin(&settings, admin),
        Verb::AdminPromote { email } => promote(&settings, email),
        Verb::Demo => crate::demo::fill(&settings),
        Verb::OpenApi => {
            say(&gigline_http::openapi_json()?);
            Ok(())
        }
    }
}

/// Writes a line to standard output: the answer of a command, not a log.
#[expect(clippy::print_stdout, reason = "a command's answer goes to standard output")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

fn serve(settings: &Settings) -> Result<(), CommandError> {
    actix_rt::System::new().block_on(async {
        let server = Server::bind(settings, Arc::new(SystemClock))?;
        let address = server.addr();
        say(&format!("gigline listens on http://{address}"));
        say(&format!("  jobs      http://{address}/api/job/"));
        say(&format!("  API       http://{address}/openapi.json"));
        say(&format!("  health    http://{address}/readyz"));
        server.run_until(stop_signal()).await?;
        Ok(())
    })
}

/// Resolves when the process is asked to end.
async fn stop_signal() {
    let mut terminated = match actix_rt::signal::unix::signal(actix_rt::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            log::error!("cannot listen for SIGTERM: {error}");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = actix_rt::signal::ctrl_c() => {
            if let Err(error) = interrupted {
                log::error!("cannot listen for SIGINT: {error}");
                terminated.recv().await;
            }
        }
    }
}

fn create_admin(settings: &Settings, admin: &NewAdmin) -> Result<(), CommandError> {
    let password = secret_input::new_password()?;
    let store = open_store(settings)?;
    let hasher = Hasher::new(settings.session.bcrypt_cost, 1);
    let hash = actix_rt::System::new().block_on(hasher.hash(password))?;
    let account = NewAccount {
        email: Some(admin.email.clone()),
        first: admin.first.clone(),
        last: admin.last.clone(),
        phone: admin.phone.clone(),
        password_hash: hash.as_str().to_owned(),
        role: Role::Admin,
        created_at: SystemClock.now(),
    };
    let created = store.write_blocking(move |tx| accounts::insert_named(tx, &account, rand::random));
    store.close();
    match created {
        Ok(id) => {
            say(&format!("{} is an admin now, user {id}", admin.email.as_str()));
            Ok(())
        }
        Err(StoreError::Conflict(Conflict::EmailTaken)) => {
            Err(format!("{0} is registered already; use: gigline admin promote --email {0}", admin.email.as_str())
                .into())
        }
        Err(error) => Err(error.into()),
    }
}

fn promote(settings: &Settings, email: &Email) -> Result<(), CommandError> {
    let store = open_store(settings)?;
    let wanted = email.clone();
    let promoted = store.write_blocking(move |tx| accounts::promote(tx, &wanted));
    store.close();
    match promoted {
        Ok(()) => {
            say(&format!("{} is an admin now", email.as_str()));
            Ok(())
        }
        Err(StoreError::NotFound(Entity::User)) => Err(format!("nobody is registered as {}", email.as_str()).into()),
        Err(error) => Err(error.into()),
    }
}
