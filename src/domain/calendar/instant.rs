//! Times of calendars that come in. In: a property and the zones that its calendar defines; out: an instant, and what
//! made it a guess. Zones go by their names, IANA's or Microsoft's, as all programs in practice read them
//! (CC/R 0602 of the Calendaring Consortium); rules of a VTIMEZONE are not evaluated.

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarProperty, ICalendarValue,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::London;

/// What a program may mean by a time without a zone, or by a whole day: this office and its guests live by it.
const HERE: Tz = Tz::Tz(London);

/// An instant and, where it was guessed, why.
pub(super) type Read = (DateTime<Utc>, Option<String>);

/// The zones by which a calendar's times are read: looked up once, however many events it has.
pub(super) struct Zones<'a> {
    calendar: &'a ICalendar,
    defined: TzResolver<&'a str>,
}

impl<'a> Zones<'a> {
    pub fn of(calendar: &'a ICalendar) -> Self {
        Self { calendar, defined: calendar.build_tz_resolver() }
    }

    /// The time of `name`.
    ///
    /// # Errors
    /// When it is there and cannot be read; says what was found.
    pub fn instant(
        &self,
        event: &ICalendarComponent,
        name: &ICalendarProperty,
    ) -> Result<Option<Read>, String> {
        let Some(entry) = event.property(name) else { return Ok(None) };
        match entry.values.first() {
            Some(ICalendarValue::PartialDateTime(partial)) => self.read(entry, partial).map(Some),
            Some(other) => Err(other.as_text().unwrap_or("no time").chars().take(60).collect()),
            None => Err("nothing".into()),
        }
    }

    /// DTEND, or DTSTART and DURATION (RFC 5545 3.6.1).
    ///
    /// # Errors
    /// As [`Zones::instant`].
    pub fn end(
        &self,
        event: &ICalendarComponent,
        start: Option<DateTime<Utc>>,
    ) -> Result<Option<Read>, String> {
        let end = self.instant(event, &ICalendarProperty::Dtend)?;
        if end.is_some() {
            return Ok(end);
        }
        let duration = event.property(&ICalendarProperty::Duration).and_then(|entry| entry.values.first());
        let Some((ICalendarValue::Duration(duration), start)) = duration.zip(start) else { return Ok(None) };
        let length = duration.to_time_delta().ok_or("a DURATION beyond measure")?;
        let end = start.checked_add_signed(length).ok_or("a DURATION beyond measure")?;
        Ok(Some((end, None)))
    }

    fn read(&self, entry: &ICalendarEntry, partial: &PartialDateTime) -> Result<Read, String> {
        let wall = wall(partial).ok_or("a day or time that does not exist")?;
        if let Some(hours) = partial.tz_hour {
            let minutes = i64::from(hours) * 60 + i64::from(partial.tz_minute.unwrap_or(0));
            let ahead = TimeDelta::minutes(if partial.tz_minus { -minutes } else { minutes });
            let at = wall.checked_sub_signed(ahead).ok_or("a time beyond measure")?;
            return Ok((at.and_utc(), None));
        }
        let is_day = partial.hour.is_none();
        match entry.tz_id() {
            _ if is_day => Ok((at(HERE, wall)?, None)),
            None => Ok((at(HERE, wall)?, Some("a time without a zone, read as Europe/London".into()))),
            Some(name) => match self.zone(name) {
                Some(zone) => Ok((at(zone, wall)?, None)),
                None => Err(format!("the unknown zone {:?}", name.chars().take(60).collect::<String>())),
            },
        }
    }

    /// A name that the calendar defines, or that is known. Microsoft's Greenwich has no summer time, but a program
    /// that writes a rule of summer time under this name means London.
    fn zone(&self, name: &str) -> Option<Tz> {
        let name = name.trim().trim_matches('"');
        if name.eq_ignore_ascii_case("tzone://Microsoft/Utc") {
            return Some(Tz::UTC);
        }
        if name == "Greenwich Standard Time" && has_summer_time(self.calendar, name) {
            return Some(HERE);
        }
        // Windows' display names, "(UTC+00:00) Dublin, Edinburgh, Lisbon, London": the offset is the winter's alone.
        let place =
            name.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(_, place)| place.trim());
        match place {
            Some(place) if place.ends_with("London") => Some(HERE),
            Some("Coordinated Universal Time") => Some(Tz::UTC),
            _ => self.defined.resolve(place.unwrap_or(name)).filter(|zone| !zone.is_floating()),
        }
    }
}

fn wall(partial: &PartialDateTime) -> Option<NaiveDateTime> {
    let on = NaiveDate::from_ymd_opt(partial.year?.into(), partial.month?.into(), partial.day?.into())?;
    let Some(hour) = partial.hour else { return Some(on.and_time(NaiveTime::MIN)) };
    let second = u32::from(partial.second.unwrap_or(0)).min(59);
    on.and_hms_opt(hour.into(), partial.minute.unwrap_or(0).into(), second)
}

fn has_summer_time(calendar: &ICalendar, name: &str) -> bool {
    let is_it = |zone: &&ICalendarComponent| {
        let id = zone.property(&ICalendarProperty::Tzid).and_then(|entry| entry.values.first());
        id.and_then(ICalendarValue::as_text) == Some(name)
    };
    let is_summer = |id: &u32| {
        let part = calendar.component_by_id(*id);
        part.is_some_and(|part| part.component_type == ICalendarComponentType::Daylight)
    };
    calendar.timezones().find(is_it).is_some_and(|zone| zone.component_ids.iter().any(is_summer))
}

/// As [`local`](crate::domain::workday::local) does it for London: the first of two, and past a gap.
fn at(zone: Tz, wall: NaiveDateTime) -> Result<DateTime<Utc>, String> {
    let hour = TimeDelta::hours(1);
    let earliest = |wall: &NaiveDateTime| zone.from_local_datetime(wall).earliest();
    let past_gap = || Some(earliest(&wall.checked_sub_signed(hour)?)?.checked_add_signed(hour)?.to_utc());
    let found = earliest(&wall).map(|at| at.to_utc()).or_else(past_gap);
    found.ok_or_else(|| "a time that its zone does not have".into())
}
