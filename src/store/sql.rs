//! SQL as it is written here and as each engine wants it. In: a template with `?` for each value, `{rows itb}` for
//! many rows of such columns and `{list t}` for many values; out: text and bound values. Values are never text.

use std::ops::DerefMut;

use chrono::{DateTime, Utc};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Decode, Row, Type};

use super::dialect::Engine;
use super::error::{Result, StoreError};

/// Rows in one statement. A statement costs a hop to SQLite's thread and back, so rows go together: any number up to
/// 383 in at most nine statements, those of a loaded daemon in one or two: three events for each of 64 answers are 192.
/// They stay in the cache of prepared ones (100 a connection).
const SIZES: [usize; 9] = [MOST, 128, 64, 32, 16, 8, 4, 2, 1];
const MOST: usize = 192;

pub(super) type Bound = Query<'static, Any, AnyArguments>;

/// A statement, once for both engines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql(pub &'static str);

/// Declares the statements of a file, and `ALL` of them, so that a test can prepare each on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* const $name: $crate::store::sql::Sql = $crate::store::sql::Sql($text);)*
        pub(crate) const ALL: &[$crate::store::sql::Sql] = &[$($name),*];
    };
}
pub(super) use statements;

impl Sql {
    /// The text for `n` rows. PostgreSQL wants `$1`, `$2` and, where rows stand in a list of VALUES, their types.
    /// SQLite gets `?`: a named parameter is searched by its name at each binding, which grows with the square.
    pub(super) fn text(self, engine: Engine, n: usize) -> String {
        let mut out = String::with_capacity(self.0.len() + n * 32);
        let mut n_values = 0;
        let mut rest = self.0;
        while let Some(at) = rest.find(['?', '{']) {
            let (before, found) = rest.split_at(at);
            out.push_str(before);
            if let Some((what, after)) = found.strip_prefix('{').and_then(|f| f.split_once('}')) {
                let (shape, columns) = what.split_once(' ').unwrap_or((what, "t"));
                for row in 0..n {
                    out.push_str(if row == 0 { "" } else { ", " });
                    out.push_str(if shape == "rows" { "(" } else { "" });
                    for (i, column) in columns.chars().enumerate() {
                        out.push_str(if i == 0 { "" } else { ", " });
                        n_values += 1;
                        value(&mut out, engine, n_values, Some(column));
                    }
                    out.push_str(if shape == "rows" { ")" } else { "" });
                }
                rest = after;
            } else {
                n_values += 1;
                value(&mut out, engine, n_values, None);
                rest = found.strip_prefix('?').unwrap_or_default();
            }
        }
        out.push_str(rest);
        out
    }

    pub(super) fn bound(self, engine: Engine, n: usize) -> Bound {
        sqlx::query(AssertSqlSafe(self.text(engine, n)))
    }
}

fn value(out: &mut String, engine: Engine, n: usize, column: Option<char>) {
    if engine == Engine::Sqlite {
        out.push('?');
        return;
    }
    out.push('$');
    out.push_str(&n.to_string());
    out.push_str(match column {
        Some('i') => "::BIGINT",
        Some('t') => "::TEXT",
        Some('b') => "::BYTEA",
        _ => "",
    });
}

/// A connection that knows its engine: a reader's, or the writer's within its transaction.
pub(super) struct Session<C> {
    pub conn: C,
    pub engine: Engine,
}

impl<C: DerefMut<Target = AnyConnection>> Session<C> {
    /// Runs a statement; how many rows it touched.
    pub(super) async fn run(&mut self, sql: Sql, bind: impl FnOnce(Bound) -> Bound) -> Result<u64> {
        let done = bind(sql.bound(self.engine, 1)).execute(&mut *self.conn).await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn all(&mut self, sql: Sql, bind: impl FnOnce(Bound) -> Bound) -> Result<Vec<AnyRow>> {
        Ok(bind(sql.bound(self.engine, 1)).fetch_all(&mut *self.conn).await?)
    }

    pub(super) async fn maybe(
        &mut self,
        sql: Sql,
        bind: impl FnOnce(Bound) -> Bound,
    ) -> Result<Option<AnyRow>> {
        Ok(bind(sql.bound(self.engine, 1)).fetch_optional(&mut *self.conn).await?)
    }

    /// For statements that always give one row.
    pub(super) async fn one(&mut self, sql: Sql, bind: impl FnOnce(Bound) -> Bound) -> Result<AnyRow> {
        Ok(bind(sql.bound(self.engine, 1)).fetch_one(&mut *self.conn).await?)
    }

    /// Runs a statement over many rows, a few statements in all; what it returned.
    pub(super) async fn each<T>(
        &mut self,
        sql: Sql,
        items: &[T],
        bind: impl Fn(Bound, &T) -> Bound,
    ) -> Result<Vec<AnyRow>> {
        let mut out = Vec::new();
        let mut rest = items;
        for size in SIZES {
            while let Some((now, later)) = rest.split_at_checked(size) {
                let query = now.iter().fold(sql.bound(self.engine, size), &bind);
                out.extend(query.fetch_all(&mut *self.conn).await?);
                rest = later;
            }
        }
        Ok(out)
    }

    /// Like [`Self::each`] for `IN ({list t})`: the last item is repeated to fill a statement, which changes nothing.
    pub(super) async fn among<T>(
        &mut self,
        sql: Sql,
        items: &[T],
        bind: impl Fn(Bound, &T) -> Bound,
    ) -> Result<Vec<AnyRow>> {
        let mut out = Vec::new();
        for now in items.chunks(MOST) {
            let size = SIZES.into_iter().rev().find(|size| *size >= now.len()).unwrap_or(MOST);
            let filled = now.iter().chain(now.iter().last().into_iter().cycle()).take(size);
            let query = filled.fold(sql.bound(self.engine, size), &bind);
            out.extend(query.fetch_all(&mut *self.conn).await?);
        }
        Ok(out)
    }
}

/// Words from outside on their way into a TEXT column: PostgreSQL cannot hold NUL, which hostile mail brings.
pub(super) fn words(text: impl Into<String>) -> String {
    let text = text.into();
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Reads cells of a row.
pub(super) trait Cells {
    fn cell<'r, T: Decode<'r, Any> + Type<Any>>(&'r self, at: usize) -> Result<T>;

    fn int(&self, at: usize) -> Result<i64>;
    fn text(&self, at: usize) -> Result<String>;
    fn bytes(&self, at: usize) -> Result<Vec<u8>>;
    fn instant(&self, at: usize) -> Result<DateTime<Utc>>;
    fn maybe_instant(&self, at: usize) -> Result<Option<DateTime<Utc>>>;
    fn sha256(&self, at: usize) -> Result<[u8; 32]>;
}

impl Cells for AnyRow {
    fn cell<'r, T: Decode<'r, Any> + Type<Any>>(&'r self, at: usize) -> Result<T> {
        self.try_get(at).map_err(|e| StoreError::Corrupt(format!("column {at} of a row: {e}")))
    }

    fn int(&self, at: usize) -> Result<i64> {
        self.cell(at)
    }

    fn text(&self, at: usize) -> Result<String> {
        self.cell(at)
    }

    fn bytes(&self, at: usize) -> Result<Vec<u8>> {
        self.cell(at)
    }

    fn instant(&self, at: usize) -> Result<DateTime<Utc>> {
        instant(self.int(at)?)
    }

    fn maybe_instant(&self, at: usize) -> Result<Option<DateTime<Utc>>> {
        self.cell::<Option<i64>>(at)?.map(instant).transpose()
    }

    fn sha256(&self, at: usize) -> Result<[u8; 32]> {
        let bytes: &[u8] = self.cell(at)?;
        bytes.try_into().map_err(|_| StoreError::Corrupt(format!("a hash of {} bytes", bytes.len())))
    }
}

fn instant(ms: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
        .ok_or_else(|| StoreError::Corrupt(format!("{ms} ms is no instant that a calendar knows")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_template_serves_both_engines() {
        let sql = Sql("INSERT INTO t (a, b) VALUES {rows it} ON CONFLICT DO UPDATE SET c = ?");
        assert_eq!(
            sql.text(Engine::Postgres, 2),
            "INSERT INTO t (a, b) VALUES ($1::BIGINT, $2::TEXT), ($3::BIGINT, $4::TEXT) ON CONFLICT DO UPDATE SET c = $5"
        );
        assert_eq!(
            sql.text(Engine::Sqlite, 2),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO UPDATE SET c = ?"
        );
        assert_eq!(Sql("x IN ({list i}) AND ?").text(Engine::Sqlite, 3), "x IN (?, ?, ?) AND ?");
    }
}
