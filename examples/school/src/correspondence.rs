//! Correspondence: conversations with families, documents on file, and the log of changes.

use jiff::civil::Date;

use crate::academics::clock;
use crate::calendar::{self, TODAY};
use crate::copy::{Rows, Table, table};
use crate::names;
use crate::school::{SUBJECTS, School};

/// The tables of this area, in the order their keys need.
pub const TABLES: &[Table] = &[
    table!(
        serial "message_threads",
        "student_id, subject, channel, message_count, last_message_at",
        message_threads
    ),
    table!("messages", "id, thread_id, from_staff_id, from_guardian_id, body, sent_at", messages),
    table!("message_receipts", "message_id, guardian_id, read_at", message_receipts),
    table!(
        "documents",
        "id, student_id, staff_id, kind, file_name, media_type, size_bytes, sha256, tags, \
         expires_on, uploaded_at",
        documents
    ),
    table!(
        serial "change_log",
        "table_name, row_key, action, changed_columns, before, after, changed_by, changed_at",
        change_log
    ),
];

/// One message.
struct Message {
    id: String,
    from_staff: bool,
    body: &'static str,
    sent: String,
    read: Option<String>,
}

/// A conversation with a pupil's family.
struct Thread {
    id: usize,
    student: usize,
    staff: usize,
    guardian: usize,
    subject: &'static str,
    channel: &'static str,
    messages: Vec<Message>,
}

fn each_thread(school: &School, mut visit: impl FnMut(&Thread)) {
    let mut dice = school.dice("messages");
    let mut id = 0;
    for year in &school.years {
        let days = year.days();
        for (student, group) in school.on_roll(year) {
            if !dice.chance(850) {
                continue;
            }
            id += 1;
            let (subject, asked, answered, thanked) = dice.pick(names::CONVERSATIONS);
            let start = dice.index(days.len());
            let count = [1, 2, 2, 3, 3][dice.index(5)];
            let bodies = [asked, answered, thanked];
            let messages = bodies[..count].iter().enumerate().map(|(place, &body)| {
                let day = days[(start + place).min(days.len() - 1)];
                let minutes = (510 + place * 190) as u32 + dice.below(180);
                let unread = calendar::shift(day, 10) > TODAY && dice.chance(600);
                Message {
                    id: dice.uuid(),
                    from_staff: place != 1,
                    body,
                    sent: stamp(day, minutes),
                    read: (!unread).then(|| stamp(day, minutes + 1 + dice.below(150))),
                }
            });
            let messages = messages.collect();
            let lesson = dice.index(SUBJECTS.len());
            visit(&Thread {
                id,
                student: student.id,
                staff: school.lead(group, student.form, lesson),
                guardian: school.primary_guardian(student),
                subject,
                channel: ["portal", "portal", "portal", "email"][dice.index(4)],
                messages,
            });
        }
    }
}

fn stamp(day: Date, minutes: u32) -> String {
    format!("{day} {}+00", clock(minutes))
}

fn message_threads(school: &School, out: &mut Rows<'_>) {
    each_thread(school, |thread| {
        out.row()
            .put(thread.id)
            .put(thread.student)
            .text(thread.subject)
            .put(thread.channel)
            .put(thread.messages.len())
            .opt(thread.messages.last().map(|m| &m.sent))
            .end();
    });
}

fn messages(school: &School, out: &mut Rows<'_>) {
    each_thread(school, |thread| {
        for message in &thread.messages {
            out.row()
                .put(&message.id)
                .put(thread.id)
                .opt(message.from_staff.then_some(thread.staff))
                .opt((!message.from_staff).then_some(thread.guardian))
                .text(message.body)
                .put(&message.sent)
                .end();
        }
    });
}

fn message_receipts(school: &School, out: &mut Rows<'_>) {
    each_thread(school, |thread| {
        for message in thread.messages.iter().filter(|m| m.from_staff) {
            out.row().put(&message.id).put(thread.guardian).opt(message.read.as_ref()).end();
        }
    });
}

fn documents(school: &School, out: &mut Rows<'_>) {
    let mut dice = school.dice("documents");
    for student in &school.students {
        let number = format!("A{}{:04}", student.entry, student.number + 1);
        let kinds = [
            (1000, "birth_certificate", "application/pdf", "{identity}", None),
            (1000, "photo", "image/jpeg", "{identity,portrait}", Some(student.entry + 5)),
            (550, "consent_form", "application/pdf", "{consent,trips}", None),
            (150, "medical", "application/pdf", "{medical,confidential}", None),
        ];
        for (share, kind, media, tags, expires) in kinds {
            if !dice.chance(share) {
                continue;
            }
            let end = if media == "image/jpeg" { "jpg" } else { "pdf" };
            let day = calendar::shift(jiff::civil::date(student.entry, 7, 1), dice.between(0, 55));
            out.row()
                .put(dice.uuid())
                .put(student.id)
                .null()
                .put(kind)
                .put(format_args!("{}-{number}.{end}", kind.replace('_', "-")))
                .put(media)
                .put(dice.between(18_000, 940_000))
                .put(dice.digest())
                .put(tags)
                .opt(expires.map(|year| jiff::civil::date(year, 8, 31)))
                .put(stamp(day, 545 + dice.below(400)))
                .end();
        }
    }
    for (index, member) in school.staff.iter().enumerate() {
        out.row()
            .put(dice.uuid())
            .null()
            .put(index + 1)
            .put("contract")
            .put(format_args!("contract-S{:04}.pdf", index + 1))
            .put("application/pdf")
            .put(dice.between(60_000, 240_000))
            .put(dice.digest())
            .put("{employment,confidential}")
            .null()
            .put(stamp(calendar::shift(member.hired, -20), 600))
            .end();
    }
}

fn change_log(school: &School, out: &mut Rows<'_>) {
    if school.plan.lean {
        return;
    }
    let mut dice = school.dice("change log");
    let mut id = 0;
    for year in &school.years {
        let days = year.days();
        // Ids follow time, as the trigger would have numbered them.
        let mut changes: Vec<(Date, usize)> = Vec::new();
        for (student, _) in school.on_roll(year) {
            if dice.chance(600) {
                changes.push((dice.pick(&days), student.id));
            }
        }
        changes.sort_unstable();
        for (day, student) in changes {
            id += 1;
            let address = dice.index(school.families.len()) + 1;
            let now = school.students[student - 1].family + 1;
            out.row()
                .put(id)
                .put("students")
                .put(format_args!("{{\"id\": {student}}}"))
                .put("update")
                .put("{address_id}")
                .put(format_args!("{{\"id\": {student}, \"address_id\": {address}}}"))
                .put(format_args!("{{\"id\": {student}, \"address_id\": {now}}}"))
                .put("office")
                .put(stamp(day, 500 + dice.below(480)))
                .end();
        }
    }
}
