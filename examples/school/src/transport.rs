//! Transport: bus routes, their stops, and the passes of the pupils who ride.

use jiff::civil::date;

use crate::academics::clock;
use crate::copy::{Rows, Table, table};
use crate::names;
use crate::school::{self, School};

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!(serial "transport_routes", "code, name, driver_id, vehicle_plate, seats", routes),
    table!(
        serial "transport_stops",
        "route_id, position, name, location, morning_time, afternoon_time",
        stops
    ),
    table!(serial "transport_passes", "student_id, stop_id, direction, valid_during", passes),
];

const STOPS: usize = 6;

fn routes(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("routes");
    let first_driver = school.first_of("driver");
    for route in 0..school::routes(&school.plan) {
        let (town, _) = names::TOWNS[(route + 3) % names::TOWNS.len()];
        let way = ["via the bridge", "via the hill", "via the mill", "direct"][route / 7 % 4];
        out.row()
            .put(route + 1)
            .put(format_args!("R{:02}", route + 1))
            .put(format_args!("{town} {way}"))
            .put(first_driver + route)
            .put(format_args!("OW{} SCH", dice.between(15, 25)))
            .put(if dice.chance(700) { 49 } else { 33 })
            .end();
    }
}

fn stops(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("stops");
    for route in 0..school::routes(&school.plan) {
        for place in 0..STOPS {
            let street = names::STREETS[(route * STOPS + place) % names::STREETS.len()];
            let minutes = place as u32 * 7;
            let thousandths = (dice.between(0, 99), dice.between(0, 99));
            out.row()
                .put(route * STOPS + place + 1)
                .put(route + 1)
                .put(place + 1)
                .text(&format!("{street}, stop {}", char::from(b'A' + place as u8)))
                .put(format_args!("(52.1{:02},-1.4{:02})", thousandths.0, thousandths.1))
                .put(clock(455 + minutes))
                .put(clock(970 - minutes))
                .end();
        }
    }
}

fn passes(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("passes");
    let stops = school::routes(&school.plan) * STOPS;
    let mut id = 0;
    for year in &school.years {
        for (student, _) in school.on_roll(year).filter(|(s, _)| s.rides) {
            id += 1;
            let direction = ["both", "both", "both", "morning", "afternoon"][dice.index(5)];
            out.row()
                .put(id)
                .put(student.id)
                .put((student.family * 7) % stops + 1)
                .put(direction)
                .put(format_args!("[{},{})", date(year.start, 9, 1), date(year.start + 1, 8, 1)))
                .end();
        }
    }
}
