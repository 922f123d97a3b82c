// The same by ical.js, which Thunderbird reads with: `read.js FILE...` with ical.js where node looks for modules.
const fs = require("fs");
const ICAL = require("ical.js");

function instant(property) {
  const time = property.getFirstValue();
  return time.isDate ? time.toString() : time.toJSDate().toISOString().replace(".000Z", "Z");
}

function person(property) {
  const said = { address: property.getFirstValue() };
  for (const [name, value] of Object.entries(property.jCal[1])) said[name.toUpperCase()] = value;
  return said;
}

function event(found) {
  const said = { ATTENDEE: found.getAllProperties("attendee").map(person), ORGANIZER: null };
  for (const property of found.getAllProperties()) {
    const name = property.name.toUpperCase();
    if (name.startsWith("DT")) said[name] = instant(property);
    else if (name === "ORGANIZER") said[name] = person(property);
    else if (name !== "ATTENDEE") said[name] = String(property.getFirstValue());
  }
  return said;
}

function read(path) {
  const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(path, "utf8")));
  const zones = calendar.getAllSubcomponents("vtimezone");
  zones.forEach((zone) => ICAL.TimezoneService.register(new ICAL.Timezone(zone)));
  const properties = {};
  for (const property of calendar.getAllProperties()) {
    const name = property.name.toUpperCase();
    if (name !== "REFRESH-INTERVAL") properties[name] = property.getFirstValue();
  }
  return {
    properties,
    zones: zones.map((zone) => zone.getFirstPropertyValue("tzid")),
    events: calendar.getAllSubcomponents("vevent").map(event),
  };
}

process.stdout.write(JSON.stringify(process.argv.slice(2).map(read)));
