//! The command line: what to do, and the flags of the settings; nothing secret is ever taken from it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use gigline_domain::{Email, PersonName, Phone};

use crate::settings::Sources;
use crate::settings::table::{self, Default, Setting};

/// What the program was called for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// What to do.
    pub verb: Verb,
    /// The settings file that was named.
    pub config: Option<PathBuf>,
    flags: Vec<(&'static str, String)>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Serve until told to stop.
    Serve,
    /// Make an admin; the password is asked for.
    AdminCreate(NewAdmin),
    /// Turn an account into an admin's.
    AdminPromote {
        /// Whose account.
        email: Email,
    },
    /// Fill an empty database with a believable marketplace.
    Demo,
    /// Print the `OpenAPI` document.
    OpenApi,
}

/// The admin to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAdmin {
    /// What they log in with.
    pub email: Email,
    /// First name.
    pub first: PersonName,
    /// Last name.
    pub last: PersonName,
    /// Telephone number, if they have one to show.
    pub phone: Option<Phone>,
}

impl Invocation {
    /// Reads the arguments, the program's name first. The error also stands for `--help` and `--version`, and knows
    /// its own text, stream and exit code.
    pub fn parse<T: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> Result<Self, clap::Error> {
        let matches = command().try_get_matches_from(arguments)?;
        let verb = verb(&matches)?;
        let inner = innermost(&matches);
        Ok(Self { verb, config: inner.get_one::<PathBuf>("config").cloned(), flags: flags(inner) })
    }

    /// All that was said about the settings: here, in the environment and in the file.
    pub fn sources(&self) -> Sources {
        Sources::of_process(self.config.as_deref()).with_flags(self.flags.iter().cloned())
    }
}

fn command() -> Command {
    let config = Arg::new("config").long("config").value_name("PATH").global(true);
    let config = config.value_parser(value_parser!(PathBuf));
    let command = Command::new("gigline")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A marketplace for small jobs. Without a command it serves.")
        .arg(config.help("Settings file; without it gigline.toml in the working directory, if it is there"))
        .subcommand(Command::new("serve").about("Serve until told to stop (the default)"))
        .subcommand(admin())
        .subcommand(Command::new("demo").about("Fill an empty database with a believable marketplace"))
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"));
    table::ALL.iter().fold(command, |command, setting| command.arg(flag(setting)))
}

fn admin() -> Command {
    let email = || text("email", "EMAIL").required(true).value_parser(|text: &str| Email::parse(text));
    let name = |id: &'static str| text(id, "NAME").required(true).value_parser(|text: &str| PersonName::parse(text));
    let phone = text("phone", "NUMBER").value_parser(|text: &str| Phone::parse(text));
    let create = Command::new("create")
        .about("Make an account that is an admin's")
        .long_about("Make an account that is an admin's. The password is asked for, or read as one line from standard input where that is no terminal.")
        .args([email(), name("first"), name("last"), phone]);
    let promote = Command::new("promote").about("Turn an account into an admin's").arg(email());
    Command::new("admin").about("Admins").subcommand_required(true).subcommands([create, promote])
}

fn text(id: &'static str, value: &'static str) -> Arg {
    Arg::new(id).long(id).value_name(value)
}

fn flag(setting: &'static Setting) -> Arg {
    let default = match setting.default {
        Default::Value(value) => value,
        Default::Derived { says, .. } => says,
    };
    let help = format!("{} [default: {default}] [env: {}]", setting.doc, setting.env);
    text(setting.flag, "VALUE").global(true).help_heading("Settings").help(help)
}

/// Settings may stand before or after the command: the innermost matches hold them all.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}

fn flags(matches: &ArgMatches) -> Vec<(&'static str, String)> {
    let given = |setting: &'static &Setting| Some((setting.flag, matches.get_one::<String>(setting.flag)?.clone()));
    table::ALL.iter().filter_map(given).collect()
}

fn verb(matches: &ArgMatches) -> Result<Verb, clap::Error> {
    match matches.subcommand() {
        Some(("admin", admin)) => match admin.subcommand() {
            Some(("create", given)) => Ok(Verb::AdminCreate(NewAdmin {
                email: required(given, "email")?,
                first: required(given, "first")?,
                last: required(given, "last")?,
                phone: given.get_one::<Phone>("phone").cloned(),
            })),
            Some(("promote", given)) => Ok(Verb::AdminPromote { email: required(given, "email")? }),
            _ => Err(clap::Error::new(clap::error::ErrorKind::MissingSubcommand)),
        },
        Some(("demo", _)) => Ok(Verb::Demo),
        Some(("openapi", _)) => Ok(Verb::OpenApi),
        _ => Ok(Verb::Serve),
    }
}

fn required<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Result<T, clap::Error> {
    let missing = || clap::Error::new(clap::error::ErrorKind::MissingRequiredArgument);
    matches.get_one::<T>(id).cloned().ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn parse(line: &str) -> Result<Invocation, clap::Error> {
        Invocation::parse(std::iter::once("gigline").chain(line.split_whitespace()))
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn without_a_command_it_serves() {
        assert_eq!(parse("").unwrap().verb, Verb::Serve);
        assert_eq!(parse("serve").unwrap().verb, Verb::Serve);
        assert_eq!(parse("demo").unwrap().verb, Verb::Demo);
        assert_eq!(parse("openapi").unwrap().verb, Verb::OpenApi);
    }

    #[test]
    fn settings_stand_before_or_after_the_command() {
        for line in [
            "--bcrypt-cost 4 --config c admin promote --email a@b",
            "admin promote --email a@b --config c --bcrypt-cost 4",
        ] {
            let invocation = parse(line).unwrap();
            assert_eq!(invocation.config, Some(PathBuf::from("c")));
            let settings = Settings::read(&Sources::default().with_flags(invocation.flags)).unwrap();
            assert_eq!(settings.session.bcrypt_cost.get(), 4);
        }
    }

    #[test]
    fn an_admin_needs_a_sound_address_and_name_but_no_phone() {
        let Verb::AdminCreate(admin) = parse("admin create --email a@b.example --first Ann --last Lee").unwrap().verb
        else {
            panic!("not to create")
        };
        assert_eq!((admin.email.as_str(), admin.first.as_str(), admin.last.as_str()), ("a@b.example", "Ann", "Lee"));
        assert_eq!(admin.phone, None);
        let said = parse("admin create --email nobody --first Ann --last Lee").unwrap_err().to_string();
        assert!(said.contains("must be an e-mail address"), "{said}");
        assert!(parse("admin create --email a@b.example").is_err());
        assert!(parse("admin").is_err());
    }

    #[test]
    fn a_password_is_no_argument() {
        assert!(parse("admin create --email a@b.example --first A --last B --password hunter22").is_err());
        assert!(!command().render_long_help().to_string().contains("--password"));
    }

    #[test]
    fn a_mistyped_flag_is_refused_with_what_was_probably_meant() {
        let said = parse("--bcrypt-costs 4").unwrap_err().to_string();
        assert!(said.contains("--bcrypt-cost"), "{said}");
    }

    #[test]
    fn the_help_names_every_setting_with_its_variable_and_default() {
        let help = command().render_help().to_string();
        for setting in table::ALL {
            assert!(help.contains(setting.env) && help.contains(&format!("--{}", setting.flag)), "{}", setting.key);
        }
    }
}
