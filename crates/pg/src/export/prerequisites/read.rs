//! Asks the catalogs what leaves a schema.

use sqlx::FromRow;
use sqlx::postgres::types::Oid;

use super::{Collation, Extension, Outside, Prerequisites, Role};
use crate::error::PgError;
use crate::export::Entry;
use crate::export::asked;
use crate::export::catalog;
use crate::export::queries::OUTSIDE;
use crate::export::sessions::Lent;
use crate::sql::Ident;

/// A line of what is outside.
#[derive(FromRow)]
struct Line {
    sort: String,
    name: String,
    version: Option<String>,
    place: Option<String>,
    kind: Option<String>,
    names: Option<Vec<String>>,
    arguments: Option<Vec<String>>,
}

/// The database itself.
#[derive(FromRow)]
struct Database {
    server_version: i32,
    encoding: String,
    collate: String,
    ctype: String,
    collation_version: Option<String>,
}

/// What these objects of a schema need beside it.
pub(in crate::export) async fn read(
    session: &mut Lent,
    schema: &Ident,
    objects: &[(Oid, Oid)],
    entries: &[Entry],
) -> Result<Prerequisites, PgError> {
    let (catalogs, oids): (Vec<Oid>, Vec<Oid>) = objects.iter().copied().unzip();
    let own = objects.iter().find(|(class, _)| *class == catalog::NAMESPACE);
    let values = [asked::list(&catalogs), asked::list(&oids), asked::one(own.map(|(_, oid)| *oid))];
    let lines: Vec<Line> = asked::rows(session, schema, OUTSIDE, &values).await?;
    let roles: Vec<(String, bool, bool, bool)> =
        sqlx::query_as(include_str!("../../../sql/export/named_roles.sql"))
            .bind(&catalogs)
            .bind(&oids)
            .fetch_all(&mut **session)
            .await?;
    let database: Database = sqlx::query_as(include_str!("../../../sql/export/database.sql"))
        .fetch_one(&mut **session)
        .await?;
    let role = |(name, owns, has_rights, in_policies)| Role { name, owns, has_rights, in_policies };
    let mut wanted = Prerequisites {
        server_version: database.server_version,
        encoding: database.encoding,
        collate: database.collate,
        ctype: database.ctype,
        collation_version: database.collation_version,
        extensions: Vec::new(),
        roles: roles.into_iter().map(role).collect(),
        languages: Vec::new(),
        collations: Vec::new(),
        servers: Vec::new(),
        objects: Vec::new(),
        tablespaces: Vec::new(),
        publications: Vec::new(),
        left_out: Vec::new(),
        naming_the_schema: naming(entries, schema.raw()),
    };
    for line in lines {
        wanted.note(line, schema.raw());
    }
    Ok(wanted)
}

impl Prerequisites {
    fn note(&mut self, line: Line, own: &str) {
        let Line { sort, name, version, place, kind, names, arguments } = line;
        let schema = place.unwrap_or_default();
        match sort.as_str() {
            "extension" => self.extensions.push(Extension {
                name,
                version: version.unwrap_or_default(),
                inside: schema == own,
                schema,
            }),
            "language" => self.languages.push(name),
            "server" => self.servers.push(name),
            "collation" => self.collations.push(Collation { schema, name, version }),
            "publication" => self.publications.push(name),
            "tablespace" => self.tablespaces.push(name),
            "left out" => self.left_out.push(name),
            _ => self.objects.push(Outside {
                kind: kind.unwrap_or_default(),
                names: names.unwrap_or_default(),
                arguments: arguments.unwrap_or_default(),
                description: name,
            }),
        }
    }
}

/// The entries whose statements contain the name; what is about the schema itself has to.
fn naming(entries: &[Entry], name: &str) -> Vec<String> {
    let of_text = |entry: &&Entry| {
        !entry.is_of_schema_itself()
            && !matches!(entry.kind.as_str(), "ACL" | "DEFAULT ACL" | "COMMENT" | "SECURITY LABEL")
    };
    let entries = entries.iter().filter(of_text);
    entries
        .filter(|entry| has_word(text_of(entry), name))
        .map(|entry| format!("{} {}", entry.kind, entry.tag))
        .collect()
}

/// What nobody rewrites: a function's head, and with it its own search path, follows the schema at each rename.
fn text_of(entry: &Entry) -> &str {
    match entry.kind.as_str() {
        "FUNCTION" | "PROCEDURE" => {
            entry.create.split_once("\n    AS ").map_or(&*entry.create, |(_, body)| body)
        }
        _ => &entry.create,
    }
}

/// Whether a text contains a name that is not a part of a longer one, in whatever case.
fn has_word(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let of_a_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(&name).any(|(at, found)| {
        !text[..at].ends_with(of_a_name) && !text[at + found.len()..].starts_with(of_a_name)
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn a_name_is_found_as_a_word_only() {
        for text in ["select inst_oak.a", "'inst_oak'", "INST_OAK.b", "x inst_oak"] {
            assert!(has_word(text, "inst_oak"), "{text}");
        }
        for text in ["inst_oak_2.a", "my_inst_oak", "inst_oaks", "", "inst oak", "éinst_oak"] {
            assert!(!has_word(text, "inst_oak"), "{text}");
        }
    }
}
