-- Reminders. Versions come from one sequence, so a reminder that was removed and registered again never has the version
-- of its predecessor: a late removal with the old version removes nothing.

CREATE SEQUENCE IF NOT EXISTS OrleansReminderVersion AS integer CYCLE;

CREATE TABLE IF NOT EXISTS OrleansRemindersTable (
    service_id    text NOT NULL,
    grain_id      text NOT NULL,
    reminder_name text NOT NULL,
    grain_hash    integer NOT NULL,
    start_time    timestamptz NOT NULL,
    period        bigint NOT NULL,  -- milliseconds
    version       integer NOT NULL,
    PRIMARY KEY (service_id, grain_id, reminder_name)
);

CREATE INDEX IF NOT EXISTS OrleansRemindersTable_hash ON OrleansRemindersTable (service_id, grain_hash);

INSERT INTO OrleansQuery (querykey, querytext) VALUES

('ReadReminderRowsKey', $query$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM OrleansRemindersTable
WHERE service_id = @ServiceId AND grain_id = @GrainId
$query$),

('ReadReminderRowKey', $query$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM OrleansRemindersTable
WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName
$query$),

-- A range of the ring excludes its begin and includes its end.
('ReadRangeRows1Key', $query$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM OrleansRemindersTable
WHERE service_id = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$query$),

-- The range that runs over the end of the ring; with begin = end it is the whole ring.
('ReadRangeRows2Key', $query$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM OrleansRemindersTable
WHERE service_id = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$query$),

('UpsertReminderRowKey', $query$
INSERT INTO OrleansRemindersTable (service_id, grain_id, reminder_name, grain_hash, start_time, period, version)
VALUES (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period, nextval('OrleansReminderVersion'))
ON CONFLICT (service_id, grain_id, reminder_name) DO UPDATE
SET grain_hash = excluded.grain_hash, start_time = excluded.start_time, period = excluded.period, version = excluded.version
RETURNING version AS Version
$query$),

('DeleteReminderRowKey', $query$
WITH removed AS (
    DELETE FROM OrleansRemindersTable
    WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName AND version = @Version
    RETURNING 1)
SELECT count(*)::integer FROM removed
$query$),

('DeleteReminderRowsKey', $query$
DELETE FROM OrleansRemindersTable WHERE service_id = @ServiceId
$query$)

ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext
WHERE OrleansQuery.querytext <> excluded.querytext;
