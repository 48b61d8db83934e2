//! The schemas of what goes in. Their bounds are the constants that the parsers check.

use gigline_auth::Password;
use gigline_domain::{
    Category, ClientId, DateActivity, Description, Duration, Email, JobTitle, LocationText, MessageText, Notes,
    PersonName, Phone, RatingText, Reward, Skills, Stars, Username,
};
use serde_json::{Map, Value, json};

/// No control characters at all, once white space around the text is gone.
const LINE: &str = r"^\s*[^\u0000-\u001f\u007f-\u009f]*\s*$";
/// The same, and something to see.
const FILLED_LINE: &str = r"^\s*[^\u0000-\u001f\u007f-\u009f\s][^\u0000-\u001f\u007f-\u009f]*\s*$";
/// The same with line breaks and tabs within it.
const FILLED_PAGE: &str =
    r"^\s*[^\u0000-\u001f\u007f-\u009f\s][^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*\s*$";
/// No control characters but tabs and line breaks.
const PAGE: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// One to fifteen digits, and what is written between them.
const PHONE: &str = r"^[ +\-./()]*(?:[0-9][ +\-./()]*){1,15}$";
/// Close to what is taken; the parser has the last word.
const EMAIL: &str = r#"^\s*[^\s@()<>,;:\\"\[\]\u0000-\u001f\u007f-\u009f]{1,64}@[^\s@()<>,;:\\"\[\]\u0000-\u001f\u007f-\u009f.\-]+(?:\.[^\s@()<>,;:\\"\[\]\u0000-\u001f\u007f-\u009f.\-]+)*\s*$"#;
/// ASCII letters, digits and three signs, not digits alone.
const USERNAME: &str = r"^[A-Za-z0-9_.\-]*[A-Za-z_.\-][A-Za-z0-9_.\-]*$";

/// The schema of a text type, with its limits.
macro_rules! text {
    ($kind:ty, $pattern:expr, $says:literal) => {
        json!({
            "type": "string",
            "minLength": <$kind>::MIN,
            "maxLength": <$kind>::MAX,
            "pattern": $pattern,
            "description": $says,
        })
    };
}

/// All input schemas by their names.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("Registration", object(person(), &["email", "password", "first", "last", "phone_number"])),
        ("Credentials", object(credentials(), &["email", "password"])),
        ("UserPatch", patch(account())),
        ("Upload", object(upload(), &["image_data"])),
        ("NewJob", object(job(), REQUIRED_OF_A_JOB)),
        ("JobPatch", patch(job())),
        ("Verdict", object(verdict(), &["rate", "description"])),
        ("NewMessage", object(message(), &["message"])),
        ("ReadUpto", object(vec![("seq", seq())], &["seq"])),
        ("JobSearch", patch(super::parameters::search_fields())),
    ]
}

type Properties = Vec<(&'static str, Value)>;

const REQUIRED_OF_A_JOB: &[&str] =
    &["title", "description", "location", "date_activity", "duration", "reward", "category", "longtitude", "latitude"];

/// An object. Null is as good as leaving out what need not be there.
fn object(properties: Properties, required: &[&str]) -> Value {
    let known: Map<String, Value> = properties
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), if required.contains(&name) { schema } else { or_null(schema) }))
        .collect();
    let mut object = json!({ "type": "object", "properties": known });
    if let (Some(object), false) = (object.as_object_mut(), required.is_empty()) {
        object.insert("required".to_owned(), json!(required));
    }
    object
}

/// An object of which any part may be there.
fn patch(properties: Properties) -> Value {
    object(properties, &[])
}

fn or_null(mut schema: Value) -> Value {
    let Some(parts) = schema.as_object_mut() else { return schema };
    let types = match parts.get("type") {
        Some(Value::Array(types)) => types.iter().cloned().chain([json!("null")]).collect(),
        Some(one) => vec![one.clone(), json!("null")],
        None => return schema,
    };
    parts.insert("type".to_owned(), Value::Array(types));
    if let Some(Value::Array(words)) = parts.get_mut("enum") {
        words.push(Value::Null);
    }
    schema
}

fn account() -> Properties {
    vec![
        ("email", email()),
        ("first", text!(PersonName, FILLED_LINE, "First name.")),
        ("last", text!(PersonName, FILLED_LINE, "Last name.")),
        ("phone_number", phone()),
        (
            "username",
            json!({
                "type": "string",
                "minLength": Username::MIN,
                "maxLength": Username::MAX,
                "pattern": USERNAME,
                "description": "Unique without regard to case; not digits alone.",
            }),
        ),
    ]
}

fn person() -> Properties {
    let password = json!({
        "type": "string",
        "format": "password",
        // A character has one to four bytes: nothing that is taken may fail these.
        "minLength": Password::MIN / 4,
        "maxLength": Password::MAX,
        "description": format!("{} to {} bytes in UTF-8, without NUL.", Password::MIN, Password::MAX),
        "examples": ["correct horse battery"],
    });
    let mut properties = account();
    properties.retain(|(name, _)| *name != "username");
    properties.push(("password", password));
    properties
}

fn credentials() -> Properties {
    let any = || json!({ "type": "string" });
    vec![("email", any()), ("password", any())]
}

fn email() -> Value {
    json!({
        "type": "string",
        "maxLength": Email::MAX,
        "pattern": EMAIL,
        "description": "Trimmed, and compared without regard to case.",
        "examples": ["ann@example.org"],
    })
}

/// The first clients send it as a text, later ones as a number.
fn phone() -> Value {
    json!({
        "type": ["string", "integer"],
        "maxLength": Phone::MAX,
        "pattern": PHONE,
        "minimum": 0,
        "maximum": 999_999_999_999_999_i64,
        "description": "1 to 15 digits with the usual signs between them as a string, or the digits as an integer.",
        "examples": ["+1 607 555 0100", 16_075_550_100_i64],
    })
}

fn upload() -> Properties {
    let image = json!({
        "type": "string",
        "description": "A PNG, JPEG, GIF or WebP picture in base64, bare or as a `data:` URL, with or without line \
            breaks and padding. What counts is what the bytes are. At most 40 megapixels.",
        "examples": [crate::openapi::inputs::PIXEL],
    });
    vec![("image_data", image)]
}

/// A GIF of one pixel, for somebody to try.
pub(super) const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==";

fn job() -> Properties {
    let minutes = json!({
        "type": "integer",
        "minimum": 0,
        "maximum": Duration::MAX,
        "description": "Whole minutes.",
    });
    vec![
        ("title", text!(JobTitle, FILLED_LINE, "What is to be done, in one line.")),
        ("description", text!(Description, PAGE, "What is to be done, at length.")),
        ("location", text!(LocationText, PAGE, "Where, in words.")),
        ("date_activity", text!(DateActivity, LINE, "When, in the words of the client.")),
        ("duration", minutes),
        ("reward", text!(Reward, FILLED_LINE, "What is paid, as text.")),
        ("category", text!(Category, FILLED_LINE, "Which kind of job; compared by exact text.")),
        (
            "longtitude",
            degrees(180, "Degrees east, spelt as the first clients spell it. 0 with `latitude` 0: no place."),
        ),
        ("latitude", degrees(90, "Degrees north.")),
        ("relevant_skills", text!(Skills, PAGE, "What one should be able to do.")),
        ("other_notes", text!(Notes, PAGE, "Anything else.")),
    ]
}

fn degrees(most: i32, says: &str) -> Value {
    json!({ "type": "number", "minimum": -most, "maximum": most, "description": says })
}

fn message() -> Properties {
    let client_id = json!({
        "type": "string",
        "minLength": 1,
        "maxLength": ClientId::MAX,
        "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$",
        "description": "A name of the client's own; sent again under the same name it is the same message.",
    });
    vec![("message", text!(MessageText, FILLED_PAGE, "What is said; trimmed.")), ("client_id", client_id)]
}

fn seq() -> Value {
    json!({ "type": "integer", "format": "int64", "minimum": 0, "description": "The number of a message in its chat." })
}

fn verdict() -> Properties {
    let job = json!({
        "type": "integer",
        "format": "int64",
        "description": "The job that it is for; without it, the latest done job that joins the two and is not rated \
            yet, else none. Of no effect where a rating is updated.",
    });
    vec![
        ("rate", json!({ "type": "integer", "minimum": 0, "maximum": Stars::MAX })),
        ("description", text!(RatingText, PAGE, "In words; may be empty.")),
        ("job_id", job),
    ]
}
