//! From a database in clear to a sealed one. Everything goes into a new file, sealed on the way and
//! opened again to compare; only a whole one takes the old one's place, in one step. A process that
//! ends before that has changed nothing and begins again at the next start.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::StoreError;
use super::key_store::Keys;
use super::open::{self, OpenError};
use super::sealed::{Db, OwnedBy, SEALED, Sealed, TOKENS, part};
use crate::sealing::Owner;

/// The last format in clear.
pub const CLEAR_FORMAT: usize = 8;

/// Where the sealed copy grows.
pub fn unfinished(file: &Path) -> PathBuf {
    file.with_extension("sealing")
}

/// Seals a database of the last format in clear. Its connections are closed.
pub fn reseal(file: &Path, keys: &Keys) -> Result<(), OpenError> {
    let new = unfinished(file);
    remove(&new)?;
    let mut target = open::copy_target(&new)?;
    {
        let source = Connection::open(file)?;
        // Nobody writes into the old file while it is read.
        source.execute_batch("BEGIN IMMEDIATE")?;
        let transaction = target.transaction()?;
        copy_all(&source, Db::new(&transaction, keys))?;
        transaction.commit()?;
        source.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    let broken: i64 =
        target.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if broken != 0 {
        return Err(OpenError::NotSealed("a row without the one it belongs to"));
    }
    target.close().map_err(|(_, error)| error)?;
    std::fs::File::open(&new)?.sync_all()?;
    std::fs::rename(&new, file)?;
    for log in ["-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(log);
        remove(Path::new(&name))?;
    }
    match file.parent() {
        Some(folder) => Ok(std::fs::File::open(folder)?.sync_all()?),
        None => Ok(()),
    }
}

fn remove(file: &Path) -> Result<(), OpenError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn copy_all(source: &Connection, db: Db<'_>) -> Result<(), OpenError> {
    // Accounts and patients first: their keys are made when they come.
    let mut names = names(source, "SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    names.sort_by_key(|name| !matches!(name.as_str(), "accounts" | "patients"));
    for table in names {
        let count = copy(source, db, &table)?;
        let there: i64 =
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        if there != count {
            return Err(OpenError::NotSealed("a row that is missing"));
        }
    }
    Ok(())
}

fn names(connection: &Connection, sql: &str) -> Result<Vec<String>, OpenError> {
    let mut find = connection.prepare(sql)?;
    let names = find.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, OpenError> {
    names(connection, &format!("SELECT name FROM pragma_table_info('{table}')"))
}

/// Copies a table, and answers how many rows it had.
fn copy(source: &Connection, db: Db<'_>, table: &str) -> Result<i64, OpenError> {
    let new = columns(&db, table)?;
    // Whose a version is stood only at its resource.
    let owner = match table {
        "resource_versions" => {
            ", (SELECT owner FROM resources r WHERE r.resource = o.resource) AS owner"
        }
        "outgoing_versions" => {
            ", (SELECT patient FROM outgoing g WHERE g.kind = o.kind AND g.id = o.id) AS patient"
        }
        _ => "",
    };
    let mut read = source.prepare(&format!("SELECT o.*{owner} FROM {table} o"))?;
    let named: Vec<String> = read.column_names().map(str::to_owned).collect();
    let marks: Vec<String> = (1..=new.len()).map(|number| format!("?{number}")).collect();
    let (into, marks) = (new.join(", "), marks.join(", "));
    let mut write = db.prepare(&format!("INSERT INTO {table} ({into}) VALUES ({marks})"))?;
    let mut rows = read.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let values: Vec<Value> =
            (0..named.len()).map(|place| row.get(place)).collect::<Result<_, _>>()?;
        let before = Cells { names: &named, values: &values };
        write.execute(params_from_iter(sealed_row(db, table, &new, &before)?))?;
        count += 1;
    }
    Ok(count)
}

/// A row by the names of its columns.
struct Cells<'a> {
    names: &'a [String],
    values: &'a [Value],
}

impl Cells<'_> {
    fn value(&self, name: &str) -> Result<&Value, OpenError> {
        let place = self.names.iter().position(|known| known == name);
        place.map(|place| &self.values[place]).ok_or(OpenError::NotSealed("a column"))
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, OpenError> {
        self.value(name).map(|value| part(value.into()))
    }
}

/// First what stays and the tokens, for they say where the rest stands; then what is sealed.
fn sealed_row(
    db: Db<'_>,
    table: &str,
    new: &[String],
    before: &Cells<'_>,
) -> Result<Vec<Value>, OpenError> {
    let mut row = Vec::new();
    for name in new {
        let searched = TOKENS.iter().find(|one| one.table == table && one.column == name.as_str());
        row.push(match searched {
            Some(searched) if before.value(searched.of[0])? != &Value::Null => {
                let parts = searched.of.iter().map(|of| before.bytes(of));
                let parts: Vec<_> = parts.collect::<Result<_, _>>()?;
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                Value::Blob(db.token(searched, &parts).to_vec())
            }
            Some(_) => Value::Null,
            None => before.value(name)?.clone(),
        });
    }
    let owned = SEALED.into_iter().filter(|sealed| sealed.table == table);
    for sealed in owned {
        let place = new.iter().position(|name| name == sealed.column);
        let place = place.ok_or(OpenError::NotSealed("a column"))?;
        if row[place] != Value::Null {
            let bound = Cells { names: new, values: &row };
            row[place] = Value::Blob(seal(db, sealed, &bound, &part((&row[place]).into()))?);
        }
    }
    Ok(row)
}

fn seal(db: Db<'_>, sealed: &Sealed, row: &Cells<'_>, value: &[u8]) -> Result<Vec<u8>, OpenError> {
    let id = sealed.owner.column().map_or(Ok(Vec::new()), |column| row.bytes(column))?;
    let owner = sealed.owner.owner(&id).ok_or(OpenError::NotSealed("an owner"))?;
    if matches!(sealed.owner, OwnedBy::Account(_)) || sealed.table == "patients" {
        make(db, owner)?;
    }
    let bound = sealed.row.iter().map(|name| row.bytes(name));
    let bound: Vec<_> = bound.collect::<Result<_, _>>()?;
    let bound: Vec<&[u8]> = bound.iter().map(Vec::as_slice).collect();
    let bytes = db.seal(sealed, owner, &bound, value).map_err(not_sealed)?;
    let opened = db.open(sealed, owner, &bound, &bytes).map_err(not_sealed)?;
    if opened == value { Ok(bytes) } else { Err(OpenError::NotSealed("a value")) }
}

fn make(db: Db<'_>, owner: Owner) -> Result<(), OpenError> {
    db.keys().make(owner).map_err(not_sealed)
}

fn not_sealed(_: StoreError) -> OpenError {
    OpenError::NotSealed("a key")
}
