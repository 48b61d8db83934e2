//! Accounts: who is registered, and how to find, change and erase them.

mod farewell;

use diesel::prelude::*;
use gigline_domain::{Email, JobStatus, PersonName, Phone, Role, Timestamp, UserId, Username};

use crate::kept::{kept, named};
use crate::records::Account;
use crate::rows::{ACCOUNT, AccountRow, role_word, status_word};
use crate::schema::{applications, assets, jobs, ratings, users};
use crate::sessions::EndedSession;
use crate::{Conflict, Conn, Entity, StoreError, StoreResult, WriteTx, blobs, locks, search_index};

/// What a new account starts with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// None for who registers by username.
    pub email: Option<Email>,
    /// First name.
    pub first: PersonName,
    /// Last name.
    pub last: PersonName,
    /// None for who registers by username.
    pub phone: Option<Phone>,
    /// The password's bcrypt hash.
    pub password_hash: String,
    /// Member or admin.
    pub role: Role,
    /// When.
    pub created_at: Timestamp,
}

/// What changes of an account; what is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountPatch {
    /// First name.
    pub first: Option<PersonName>,
    /// Last name.
    pub last: Option<PersonName>,
    /// Address.
    pub email: Option<Email>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Username.
    pub username: Option<Username>,
}

/// How an account is looked up by who signs in.
#[derive(Debug, Clone, Copy)]
pub enum SignInName<'a> {
    /// By address.
    Email(&'a Email),
    /// By username.
    Username(&'a Username),
}

/// Adds an account under `username`.
///
/// Errors: `Conflict(EmailTaken)`, `Conflict(UsernameTaken)`.
pub fn insert(tx: &mut WriteTx<'_>, new: &NewAccount, username: &Username) -> StoreResult<UserId> {
    let inserted = tx.savepoint(|conn| {
        diesel::insert_into(users::table)
            .values((
                users::email.eq(new.email.as_ref().map(Email::as_str)),
                users::email_key.eq(new.email.as_ref().map(Email::key)),
                users::username.eq(username.as_str()),
                users::username_key.eq(username.key()),
                users::first.eq(new.first.as_str()),
                users::last.eq(new.last.as_str()),
                users::phone.eq(new.phone.as_ref().map_or("", Phone::as_str)),
                users::phone_digits.eq(new.phone.as_ref().map_or(0, Phone::digits)),
                users::password_hash.eq(&new.password_hash),
                users::role.eq(role_word(new.role)),
                users::created_at.eq(new.created_at.micros()),
            ))
            .returning(users::id)
            .get_result::<i64>(conn.db())
    });
    inserted.map(UserId::new).map_err(taken)
}

/// Adds an account under a username made from its name: the plain one, else one with a number that `salt` draws.
///
/// Errors: `Conflict(EmailTaken)`; `Conflict(UsernameTaken)` if eight draws in a row are taken.
pub fn insert_named(tx: &mut WriteTx<'_>, new: &NewAccount, mut salt: impl FnMut() -> u32) -> StoreResult<UserId> {
    let mut tried = insert(tx, new, &Username::propose(&new.first, &new.last, None));
    for _ in 0..8 {
        if !matches!(tried, Err(StoreError::Conflict(Conflict::UsernameTaken))) {
            break;
        }
        tried = insert(tx, new, &Username::propose(&new.first, &new.last, Some(salt())));
    }
    tried
}

/// Which of an account's unique names a failed write ran into.
fn taken(error: diesel::result::Error) -> StoreError {
    match StoreError::unique(&error).as_deref() {
        Some("users_email_key") => StoreError::Conflict(Conflict::EmailTaken),
        Some("users_username_key") => StoreError::Conflict(Conflict::UsernameTaken),
        _ => error.into(),
    }
}

named!(AccountById);

/// The account with this id.
pub fn find(conn: &mut Conn, id: UserId) -> StoreResult<Option<Account>> {
    let query = users::table.filter(users::id.eq(id.get())).select(ACCOUNT);
    let row: Option<AccountRow> = kept(AccountById, id.get(), query).get_result(conn.db()).optional()?;
    row.map(AccountRow::record).transpose()
}

/// The account with this id. Errors: `NotFound(User)`.
pub fn get(conn: &mut Conn, id: UserId) -> StoreResult<Account> {
    find(conn, id)?.ok_or(StoreError::NotFound(Entity::User))
}

/// The id and password hash of who signs in by this name.
pub fn find_credentials(conn: &mut Conn, name: SignInName<'_>) -> StoreResult<Option<(UserId, String)>> {
    let query = users::table.select((users::id, users::password_hash)).into_boxed();
    let query = match name {
        SignInName::Email(email) => query.filter(users::email_key.eq(email.key())),
        SignInName::Username(username) => query.filter(users::username_key.eq(username.key())),
    };
    let row: Option<(i64, String)> = query.get_result(conn.db()).optional()?;
    Ok(row.map(|(id, hash)| (UserId::new(id), hash)))
}

/// Puts a new hash of the same password in place of `old`; nothing if the password has changed meanwhile.
pub fn rehash(tx: &mut WriteTx<'_>, id: UserId, old: &str, new: &str) -> StoreResult<()> {
    diesel::update(users::table.filter(users::id.eq(id.get())).filter(users::password_hash.eq(old)))
        .set(users::password_hash.eq(new))
        .execute(tx.db())?;
    Ok(())
}

#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct Changes {
    first: Option<String>,
    last: Option<String>,
    email: Option<String>,
    email_key: Option<String>,
    phone: Option<String>,
    phone_digits: Option<i64>,
    username: Option<String>,
    username_key: Option<String>,
}

/// Sees to it that nobody changes an account before this transaction ends. Errors: `NotFound(User)`.
pub fn lock(tx: &mut WriteTx<'_>, id: UserId) -> StoreResult<()> {
    locks::user(tx, id)
}

/// Changes what `patch` holds. Errors: `NotFound(User)`, `Conflict(EmailTaken)`, `Conflict(UsernameTaken)`.
pub fn update(tx: &mut WriteTx<'_>, id: UserId, patch: &AccountPatch) -> StoreResult<()> {
    // Nothing to change is no fault, but also no statement; who is not there is.
    if *patch == AccountPatch::default() {
        return get(tx, id).map(drop);
    }
    let changes = Changes {
        first: patch.first.as_ref().map(|name| name.as_str().to_owned()),
        last: patch.last.as_ref().map(|name| name.as_str().to_owned()),
        email: patch.email.as_ref().map(|email| email.as_str().to_owned()),
        email_key: patch.email.as_ref().map(Email::key),
        phone: patch.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        phone_digits: patch.phone.as_ref().map(Phone::digits),
        username: patch.username.as_ref().map(|name| name.as_str().to_owned()),
        username_key: patch.username.as_ref().map(Username::key),
    };
    let changed = tx
        .savepoint(|conn| diesel::update(users::table.filter(users::id.eq(id.get()))).set(&changes).execute(conn.db()));
    match changed {
        Ok(0) => Err(StoreError::NotFound(Entity::User)),
        Ok(_) => Ok(()),
        Err(error) => Err(taken(error)),
    }
}

/// Makes the account with this address an admin's. Errors: `NotFound(User)`.
pub fn promote(tx: &mut WriteTx<'_>, email: &Email) -> StoreResult<()> {
    let changed = diesel::update(users::table.filter(users::email_key.eq(email.key())))
        .set(users::role.eq(role_word(Role::Admin)))
        .execute(tx.db())?;
    if changed == 0 { Err(StoreError::NotFound(Entity::User)) } else { Ok(()) }
}

/// Erases an account: sessions, open jobs, applications, given ratings and pictures go with it; taken and done jobs,
/// the ratings that others gave and its chats stay without it, and its messages without their text. The files of its
/// pictures are doomed in the same transaction. Gives the sessions that it had.
///
/// Errors: `NotFound(User)`.
pub fn erase(tx: &mut WriteTx<'_>, id: UserId, now: Timestamp) -> StoreResult<Vec<EndedSession>> {
    locks::user(tx, id)?;
    let open = lock_what_goes(tx, id)?;
    let pictures = assets::table
        .filter(assets::user_id.eq(id.get()))
        .order(assets::id.asc())
        .select((assets::blob, assets::thumbnail_blob));
    let doomed: Vec<(String, String)> = locks::load_locked!(tx, pictures)?;
    blobs::doom(tx, doomed.into_iter().flat_map(|(blob, thumbnail)| [blob, thumbnail]), now)?;
    let farewell = farewell::prepare(tx, id)?;
    for job in open {
        search_index::remove(tx, job);
    }
    diesel::delete(
        jobs::table.filter(jobs::poster_id.eq(id.get())).filter(jobs::status.eq(status_word(JobStatus::Open))),
    )
    .execute(tx.db())?;
    diesel::delete(applications::table.filter(applications::user_id.eq(id.get()))).execute(tx.db())?;
    let gone = diesel::delete(users::table.filter(users::id.eq(id.get()))).execute(tx.db())?;
    if gone == 0 { Err(StoreError::NotFound(Entity::User)) } else { farewell.tell(tx, now) }
}

/// Locks the jobs, applications and ratings that an account's going changes; the ids of its open jobs.
///
/// Two people who go at once may have worked for each other: in the order of ids neither waits for the other for ever.
fn lock_what_goes(tx: &mut WriteTx<'_>, id: UserId) -> StoreResult<Vec<i64>> {
    let theirs = jobs::table
        .filter(jobs::poster_id.eq(id.get()).or(jobs::receiver_id.eq(id.get())))
        .order(jobs::id.asc())
        .select((jobs::id, jobs::poster_id, jobs::status));
    let theirs: Vec<(i64, Option<i64>, String)> = locks::load_locked!(tx, theirs)?;
    let open = theirs
        .into_iter()
        .filter(|(_, poster, status)| *poster == Some(id.get()) && *status == status_word(JobStatus::Open));
    let open: Vec<i64> = open.map(|(job, ..)| job).collect();
    if tx.is_postgres() {
        let candidates = applications::table
            .filter(applications::user_id.eq(id.get()).or(applications::job_id.eq_any(&open)))
            .order(applications::id.asc())
            .select(applications::id);
        let _locked: Vec<i64> = locks::load_locked!(tx, candidates)?;
        let verdicts = ratings::table
            .filter(ratings::author_id.eq(id.get()).or(ratings::subject_id.eq(id.get())))
            .order(ratings::id.asc())
            .select(ratings::id);
        let _locked: Vec<i64> = locks::load_locked!(tx, verdicts)?;
    }
    Ok(open)
}
