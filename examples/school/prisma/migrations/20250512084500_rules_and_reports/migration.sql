-- Functions, triggers and reports: everything here is beyond Prisma's schema language.
-- Bodies name no schema, so they serve whichever schema they are created in.

-- The letter for a percentage, by the same thresholds as the rows seeded into grade_bands.
CREATE FUNCTION "grade_letter"("percent" NUMERIC) RETURNS VARCHAR
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT CASE
            WHEN percent >= 90 THEN 'A*'
            WHEN percent >= 80 THEN 'A'
            WHEN percent >= 70 THEN 'B'
            WHEN percent >= 60 THEN 'C'
            WHEN percent >= 50 THEN 'D'
            WHEN percent >= 40 THEN 'E'
            ELSE 'U'
        END::varchar
    $$;

-- What a student's family still owes, over all issued invoices.
CREATE FUNCTION "student_balance"("of_student" BIGINT) RETURNS NUMERIC
    LANGUAGE sql STABLE
    AS $$
        SELECT coalesce(sum(balance), 0)
        FROM invoices
        WHERE student_id = of_student AND status IN ('issued', 'part_paid')
    $$;

-- Keeps updated_at honest whatever client writes the row.
CREATE FUNCTION "touch_updated_at"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := CURRENT_TIMESTAMP;
    RETURN NEW;
END;
$$;

-- Writes one change_log row per changed row. Its arguments name the key columns.
CREATE FUNCTION "record_change"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    row_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    row_after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    row_key jsonb;
    changed text[] := ARRAY[]::text[];
BEGIN
    SELECT jsonb_object_agg(k, coalesce(row_after, row_before) -> k)
    INTO row_key
    FROM unnest(TG_ARGV) AS k;

    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(array_agg(a.key ORDER BY a.key), ARRAY[]::text[])
        INTO changed
        FROM jsonb_each(row_after) AS a
        WHERE a.key <> 'updated_at' AND a.value IS DISTINCT FROM row_before -> a.key;
        IF cardinality(changed) = 0 THEN
            RETURN NULL;
        END IF;
    END IF;

    INSERT INTO change_log (table_name, row_key, action, changed_columns, before, after)
    VALUES (TG_TABLE_NAME, row_key, lower(TG_OP)::change_action, changed, row_before, row_after);
    RETURN NULL;
END;
$$;

-- Refuses an active enrolment beyond the section's capacity.
CREATE FUNCTION "check_section_capacity"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    seats integer;
    taken integer;
BEGIN
    SELECT capacity INTO seats FROM sections WHERE id = NEW.section_id FOR NO KEY UPDATE;
    SELECT count(*) INTO taken
    FROM enrolments
    WHERE section_id = NEW.section_id AND status = 'active' AND id <> NEW.id;
    IF taken >= seats THEN
        RAISE EXCEPTION 'section % is full: % of % seats are taken', NEW.section_id, taken, seats
            USING ERRCODE = 'check_violation', TABLE = 'enrolments';
    END IF;
    RETURN NEW;
END;
$$;

-- Checks the marks against the paper and derives the letter.
CREATE FUNCTION "grade_exam_result"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    most smallint;
BEGIN
    IF NEW.marks IS NULL THEN
        NEW.letter := NULL;
        RETURN NEW;
    END IF;
    SELECT max_marks INTO most FROM exam_papers WHERE id = NEW.paper_id;
    IF NEW.marks > most THEN
        RAISE EXCEPTION 'paper % is out of % marks, not %', NEW.paper_id, most, NEW.marks
            USING ERRCODE = 'check_violation', TABLE = 'exam_results';
    END IF;
    NEW.letter := grade_letter(100 * NEW.marks / most);
    RETURN NEW;
END;
$$;

-- Brings invoice totals in line with the lines that were just written.
CREATE FUNCTION "total_invoices"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE invoices AS i
    SET total = s.total
    FROM (
        SELECT t.invoice_id, coalesce(sum(l.amount), 0) AS total
        FROM (SELECT DISTINCT invoice_id FROM touched) AS t
        LEFT JOIN invoice_lines AS l ON l.invoice_id = t.invoice_id
        GROUP BY t.invoice_id
    ) AS s
    WHERE i.id = s.invoice_id AND i.total IS DISTINCT FROM s.total;
    RETURN NULL;
END;
$$;

-- Brings invoices in line with the payments allocated to them.
CREATE FUNCTION "settle_invoices"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE invoices AS i
    SET paid = s.paid,
        status = CASE
            WHEN s.paid >= i.total THEN 'paid'
            WHEN s.paid > 0 THEN 'part_paid'
            ELSE 'issued'
        END::invoice_status
    FROM (
        SELECT t.invoice_id, coalesce(sum(a.amount), 0) AS paid
        FROM (SELECT DISTINCT invoice_id FROM touched) AS t
        LEFT JOIN payment_allocations AS a ON a.invoice_id = t.invoice_id
        GROUP BY t.invoice_id
    ) AS s
    WHERE i.id = s.invoice_id
        AND i.status IN ('issued', 'part_paid', 'paid')
        AND i.paid IS DISTINCT FROM s.paid;
    RETURN NULL;
END;
$$;

-- Keeps a library copy's status beside its loans. A loan entered after its return changes nothing.
CREATE FUNCTION "track_loan"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.returned_on IS NOT NULL THEN
        RETURN NULL;
    END IF;
    UPDATE library_copies
    SET status = CASE WHEN NEW.returned_on IS NULL THEN 'on_loan' ELSE 'on_shelf' END::copy_status
    WHERE id = NEW.copy_id
        AND status = CASE WHEN NEW.returned_on IS NULL THEN 'on_shelf' ELSE 'on_loan' END::copy_status;
    RETURN NULL;
END;
$$;

-- Counts messages on their thread.
CREATE FUNCTION "count_messages"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE message_threads AS t
    SET message_count = s.message_count, last_message_at = s.last_message_at
    FROM (
        SELECT m.thread_id, count(*)::integer AS message_count, max(m.sent_at) AS last_message_at
        FROM messages AS m
        WHERE m.thread_id IN (SELECT thread_id FROM touched)
        GROUP BY m.thread_id
    ) AS s
    WHERE t.id = s.thread_id
        AND (t.message_count, t.last_message_at) IS DISTINCT FROM (s.message_count, s.last_message_at);
    RETURN NULL;
END;
$$;

CREATE TRIGGER "staff_touch" BEFORE UPDATE ON "staff" FOR EACH ROW EXECUTE FUNCTION "touch_updated_at"();
CREATE TRIGGER "guardians_touch" BEFORE UPDATE ON "guardians" FOR EACH ROW EXECUTE FUNCTION "touch_updated_at"();
CREATE TRIGGER "students_touch" BEFORE UPDATE ON "students" FOR EACH ROW EXECUTE FUNCTION "touch_updated_at"();
CREATE TRIGGER "invoices_touch" BEFORE UPDATE ON "invoices" FOR EACH ROW EXECUTE FUNCTION "touch_updated_at"();
CREATE TRIGGER "exam_results_touch" BEFORE UPDATE ON "exam_results" FOR EACH ROW EXECUTE FUNCTION "touch_updated_at"();

CREATE TRIGGER "students_audit" AFTER UPDATE OR DELETE ON "students" FOR EACH ROW EXECUTE FUNCTION "record_change"('id');
CREATE TRIGGER "invoices_audit" AFTER UPDATE OR DELETE ON "invoices" FOR EACH ROW EXECUTE FUNCTION "record_change"('id');
CREATE TRIGGER "payments_audit" AFTER UPDATE OR DELETE ON "payments" FOR EACH ROW EXECUTE FUNCTION "record_change"('id');
CREATE TRIGGER "exam_results_audit" AFTER UPDATE OR DELETE ON "exam_results" FOR EACH ROW EXECUTE FUNCTION "record_change"('paper_id', 'student_id');

CREATE TRIGGER "enrolments_capacity" BEFORE INSERT OR UPDATE OF "section_id", "status" ON "enrolments" FOR EACH ROW WHEN (NEW."status" = 'active') EXECUTE FUNCTION "check_section_capacity"();
CREATE TRIGGER "exam_results_grade" BEFORE INSERT OR UPDATE OF "marks" ON "exam_results" FOR EACH ROW EXECUTE FUNCTION "grade_exam_result"();
CREATE TRIGGER "library_loans_track" AFTER INSERT OR UPDATE OF "returned_on" ON "library_loans" FOR EACH ROW EXECUTE FUNCTION "track_loan"();

CREATE TRIGGER "invoice_lines_inserted" AFTER INSERT ON "invoice_lines" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "total_invoices"();
CREATE TRIGGER "invoice_lines_updated" AFTER UPDATE ON "invoice_lines" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "total_invoices"();
CREATE TRIGGER "invoice_lines_deleted" AFTER DELETE ON "invoice_lines" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "total_invoices"();
CREATE TRIGGER "payment_allocations_inserted" AFTER INSERT ON "payment_allocations" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "settle_invoices"();
CREATE TRIGGER "payment_allocations_deleted" AFTER DELETE ON "payment_allocations" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "settle_invoices"();
CREATE TRIGGER "messages_counted" AFTER INSERT ON "messages" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "count_messages"();

-- Families that owe money, for the bursar's screen.
CREATE VIEW "outstanding_invoices" AS
SELECT
    i."id" AS "invoice_id",
    i."invoice_no",
    s."id" AS "student_id",
    s."admission_no",
    s."full_name",
    i."due_on",
    i."total",
    i."paid",
    i."balance",
    g."full_name" AS "primary_guardian",
    g."email" AS "guardian_email"
FROM "invoices" AS i
JOIN "students" AS s ON s."id" = i."student_id"
LEFT JOIN LATERAL (
    SELECT gu."first_name" || ' ' || gu."last_name" AS "full_name", gu."email"
    FROM "student_guardians" AS sg
    JOIN "guardians" AS gu ON gu."id" = sg."guardian_id"
    WHERE sg."student_id" = s."id" AND sg."is_primary"
) AS g ON true
WHERE i."status" IN ('issued', 'part_paid') AND i."balance" > 0;

-- Attendance per student and term, refreshed each night.
CREATE MATERIALIZED VIEW "term_attendance" AS
SELECT
    t."id" AS "term_id",
    r."student_id",
    count(*)::integer AS "lessons",
    (count(*) FILTER (WHERE r."mark" IN ('present', 'late')))::integer AS "attended",
    (count(*) FILTER (WHERE r."mark" = 'late'))::integer AS "late",
    round(100.0 * count(*) FILTER (WHERE r."mark" IN ('present', 'late')) / count(*), 2) AS "attendance_percent"
FROM "attendance_records" AS r
JOIN "terms" AS t ON r."lesson_date" BETWEEN t."starts_on" AND t."ends_on"
GROUP BY t."id", r."student_id";

CREATE UNIQUE INDEX "term_attendance_key" ON "term_attendance" ("term_id", "student_id");

COMMENT ON TABLE "students" IS 'Everyone who is, was or asked to be taught here';
COMMENT ON TABLE "attendance_records" IS 'One mark per student and lesson, by school year';
COMMENT ON COLUMN "invoices"."balance" IS 'What is still owed: total less paid';
COMMENT ON MATERIALIZED VIEW "term_attendance" IS 'Attendance per student and term, refreshed each night';
