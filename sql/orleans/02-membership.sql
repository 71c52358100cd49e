-- Which silos there are. Each change of the table moves the one version row of its cluster, and only from the version
-- the writer has read: so changes are totally ordered and nobody decides on a stale picture.
-- In every statement the version row is locked first; who waits for it finds another version afterwards and changes nothing.

CREATE TABLE IF NOT EXISTS OrleansMembershipVersionTable (
    deployment_id text PRIMARY KEY,
    version       integer NOT NULL DEFAULT 0,
    changed_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS OrleansMembershipTable (
    deployment_id   text NOT NULL REFERENCES OrleansMembershipVersionTable ON DELETE CASCADE,
    address         text NOT NULL,
    port            integer NOT NULL,
    generation      integer NOT NULL,
    silo_name       text NOT NULL,
    host_name       text NOT NULL,
    status          integer NOT NULL,
    proxy_port      integer NOT NULL,
    suspect_times   text,
    start_time      timestamptz NOT NULL,
    i_am_alive_time timestamptz NOT NULL,
    PRIMARY KEY (deployment_id, address, port, generation)
);

INSERT INTO OrleansQuery (querykey, querytext) VALUES

('InsertMembershipVersionKey', $query$
WITH created AS (
    INSERT INTO OrleansMembershipVersionTable (deployment_id) VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING
    RETURNING 1)
SELECT count(*)::integer FROM created
$query$),

-- A member that is there already leaves the version alone: both rows change, or neither.
('InsertMembershipKey', $query$
WITH moved AS (
    UPDATE OrleansMembershipVersionTable SET version = version + 1, changed_at = now()
    WHERE deployment_id = @DeploymentId AND version = @Version
      AND NOT EXISTS (
          SELECT FROM OrleansMembershipTable
          WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING deployment_id),
added AS (
    INSERT INTO OrleansMembershipTable (deployment_id, address, port, generation, silo_name, host_name,
                                        status, proxy_port, start_time, i_am_alive_time)
    SELECT deployment_id, @Address, @Port, @Generation, @SiloName, @HostName,
           @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM moved
    RETURNING 1)
SELECT count(*)::integer FROM added
$query$),

('UpdateMembershipKey', $query$
WITH moved AS (
    UPDATE OrleansMembershipVersionTable SET version = version + 1, changed_at = now()
    WHERE deployment_id = @DeploymentId AND version = @Version
      AND EXISTS (
          SELECT FROM OrleansMembershipTable
          WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING deployment_id),
changed AS (
    UPDATE OrleansMembershipTable AS member
    SET status = @Status, suspect_times = @SuspectTimes, i_am_alive_time = @IAmAliveTime
    FROM moved
    WHERE member.deployment_id = moved.deployment_id
      AND member.address = @Address AND member.port = @Port AND member.generation = @Generation
    RETURNING 1)
SELECT count(*)::integer FROM changed
$query$),

-- A heartbeat is no change of the membership: it leaves the version alone.
('UpdateIAmAlivetimeKey', $query$
UPDATE OrleansMembershipTable SET i_am_alive_time = @IAmAliveTime
WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),

-- Reads start at the version row, so that a cluster without members still answers its version.
('MembershipReadAllKey', $query$
SELECT member.address AS Address, member.port AS Port, member.generation AS Generation,
       member.silo_name AS SiloName, member.host_name AS HostName, member.status AS Status,
       member.proxy_port AS ProxyPort, member.suspect_times AS SuspectTimes,
       member.start_time AS StartTime, member.i_am_alive_time AS IAmAliveTime, cluster.version AS Version
FROM OrleansMembershipVersionTable AS cluster
LEFT JOIN OrleansMembershipTable AS member ON member.deployment_id = cluster.deployment_id
WHERE cluster.deployment_id = @DeploymentId
$query$),

('MembershipReadRowKey', $query$
SELECT member.address AS Address, member.port AS Port, member.generation AS Generation,
       member.silo_name AS SiloName, member.host_name AS HostName, member.status AS Status,
       member.proxy_port AS ProxyPort, member.suspect_times AS SuspectTimes,
       member.start_time AS StartTime, member.i_am_alive_time AS IAmAliveTime, cluster.version AS Version
FROM OrleansMembershipVersionTable AS cluster
LEFT JOIN OrleansMembershipTable AS member
       ON member.deployment_id = cluster.deployment_id
      AND member.address = @Address AND member.port = @Port AND member.generation = @Generation
WHERE cluster.deployment_id = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
FROM OrleansMembershipTable
WHERE deployment_id = @DeploymentId AND status = @Status AND proxy_port > 0
$query$),

('DeleteMembershipTableEntriesKey', $query$
DELETE FROM OrleansMembershipVersionTable WHERE deployment_id = @DeploymentId
$query$),

-- 3 is Active. Whatever else has shown no life since the cut-off is a crashed start, a crashed stop, or long dead.
('CleanupDefunctSiloEntriesKey', $query$
DELETE FROM OrleansMembershipTable
WHERE deployment_id = @DeploymentId AND status <> 3 AND i_am_alive_time < @IAmAliveTime
$query$)

ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext
WHERE OrleansQuery.querytext <> excluded.querytext;
