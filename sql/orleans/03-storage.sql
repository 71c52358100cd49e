-- The state of grains. A first write inserts and every later one replaces exactly the version it has read, so of two
-- activations of one grain only one can write; the primary key makes a double insert impossible. A conflict answers no row.
-- A cleared state keeps its row and its version: an old activation cannot bring it back to life.

CREATE TABLE IF NOT EXISTS OrleansStorage (
    service_id      text NOT NULL,
    grain_type      text NOT NULL,            -- grain type/state name
    grain_n0        bigint NOT NULL,          -- first half of a Guid key
    grain_n1        bigint NOT NULL,          -- second half of a Guid key, or an integer key
    grain_extension text NOT NULL DEFAULT '', -- a text key; keys are never empty, so '' stands for none
    payload         bytea,                    -- null: cleared
    version         integer NOT NULL,
    modified_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service_id, grain_type, grain_n0, grain_n1, grain_extension)
);

INSERT INTO OrleansQuery (querykey, querytext) VALUES

('WriteToStorageKey', $query$
WITH inserted AS (
    INSERT INTO OrleansStorage (service_id, grain_type, grain_n0, grain_n1, grain_extension, payload, version)
    SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), @PayloadBinary, 1
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version),
updated AS (
    UPDATE OrleansStorage SET payload = @PayloadBinary, version = version + 1, modified_at = now()
    WHERE service_id = @ServiceId AND grain_type = @GrainTypeString
      AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1 AND grain_extension = coalesce(@GrainIdExtensionString, '')
      AND version = @GrainStateVersion
    RETURNING version)
SELECT version AS NewGrainStateVersion FROM inserted
UNION ALL
SELECT version FROM updated
$query$),

('ReadFromStorageKey', $query$
SELECT payload AS PayloadBinary, version AS Version
FROM OrleansStorage
WHERE service_id = @ServiceId AND grain_type = @GrainTypeString
  AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1 AND grain_extension = coalesce(@GrainIdExtensionString, '')
$query$),

('ClearStorageKey', $query$
UPDATE OrleansStorage SET payload = NULL, version = version + 1, modified_at = now()
WHERE service_id = @ServiceId AND grain_type = @GrainTypeString
  AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1 AND grain_extension = coalesce(@GrainIdExtensionString, '')
  AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion
$query$),

('DeleteStorageKey', $query$
DELETE FROM OrleansStorage
WHERE service_id = @ServiceId AND grain_type = @GrainTypeString
  AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1 AND grain_extension = coalesce(@GrainIdExtensionString, '')
  AND version = @GrainStateVersion
RETURNING version + 1 AS NewGrainStateVersion
$query$)

ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext
WHERE OrleansQuery.querytext <> excluded.querytext;
