//! The schema as text, for comparing one database with another; the migrations' own table is left out.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;

use super::OpenError;
use crate::DatabaseUrl;
use crate::any::on_backend;
use crate::connect::{self, Access};

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const SQLITE: &str = "\
    SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') AS line FROM sqlite_master \
    WHERE name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '__diesel*' ORDER BY 1";

const POSTGRES: &str = "\
    SELECT * FROM (
        SELECT format('column %s.%s %s %s default %s %s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                   CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, pg_get_expr(d.adbin, d.adrelid),
                   a.attidentity, a.attgenerated)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
                AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT LIKE '\\_\\_diesel%'
        UNION ALL
        SELECT format('constraint %s on %s: %s', n.conname, n.conrelid::regclass, pg_get_constraintdef(n.oid))
            FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
            WHERE n.connamespace = current_schema()::regnamespace AND c.relname NOT LIKE '\\_\\_diesel%'
        UNION ALL
        SELECT 'index ' || regexp_replace(indexdef, ' ON [^ ]+\\.', ' ON ')
            FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_\\_diesel%'
        UNION ALL
        SELECT pg_get_triggerdef(t.oid)
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT format('sequence %s from %s step %s', sequencename, start_value, increment_by)
            FROM pg_sequences WHERE schemaname = current_schema()
        UNION ALL
        SELECT format('function %s(%s): %s', p.proname, pg_get_function_identity_arguments(p.oid), p.prosrc)
            FROM pg_proc p
            WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS (
                SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    ) AS everything(line) ORDER BY line COLLATE \"C\"";

/// Every table, column, rule, index, trigger and function of the schema at `url`, a line each, sorted.
///
/// On PostgreSQL that is the current schema, extensions' own functions left out.
pub fn schema_dump(url: &DatabaseUrl) -> Result<String, OpenError> {
    let failed = |cause: String| OpenError::Connect { url: url.clone(), cause: url.redact(&cause) };
    let mut conn = connect::open(url, Access::Read).map_err(failed)?;
    let sql = match url {
        DatabaseUrl::Sqlite(_) => SQLITE,
        DatabaseUrl::Postgres(_) => POSTGRES,
    };
    let lines: Vec<Line> =
        on_backend!(&mut conn, |c| diesel::sql_query(sql).load(c)).map_err(|error| failed(error.to_string()))?;
    Ok(lines.into_iter().map(|line| line.line + "\n").collect())
}
