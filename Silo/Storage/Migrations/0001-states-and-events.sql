-- Grain states, the event log that is written with them, and how far each consumer has read.

-- The key holds grain type and key; "C" because nobody sorts keys by a language's rules and bytes compare faster.
-- A version is never used twice, in the whole database: a state that was removed and made again has another one.
CREATE TABLE orderactors.grain_state (
    shard      smallint NOT NULL,
    grain_type text COLLATE "C" NOT NULL,
    grain_key  text COLLATE "C" NOT NULL,
    state_name text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    state      bytea NOT NULL,
    PRIMARY KEY (shard, grain_type, grain_key, state_name)
) PARTITION BY RANGE (shard);

CREATE TABLE orderactors.event_log (
    partition smallint NOT NULL,
    sequence  bigint NOT NULL,
    body      bytea NOT NULL,
    PRIMARY KEY (partition, sequence)
) PARTITION BY RANGE (partition);

-- 120 shards and 120 log partitions, ten to a table: small enough to vacuum on their own, few enough to plan over.
DO $$
BEGIN
    FOR part IN 0..11 LOOP
        -- Room on every page, so that the next version of a state stays beside the last and no index has to change.
        EXECUTE format(
            'CREATE TABLE orderactors.grain_state_%s PARTITION OF orderactors.grain_state FOR VALUES FROM (%s) TO (%s)
              WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1)',
            lpad(part::text, 2, '0'), part * 10, part * 10 + 10);
        EXECUTE format(
            'CREATE TABLE orderactors.event_log_%s PARTITION OF orderactors.event_log FOR VALUES FROM (%s) TO (%s)',
            lpad(part::text, 2, '0'), part * 10, part * 10 + 10);
    END LOOP;
END
$$;

-- The newest sequence of each partition of the log. Whoever appends holds its row until the commit: so sequences become
-- visible in their order and without gaps, however many processes append. One row fills a page by itself, nearly.
CREATE TABLE orderactors.event_partition (
    partition smallint PRIMARY KEY,
    head      bigint NOT NULL DEFAULT 0,
    trimmed   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
INSERT INTO orderactors.event_partition (partition) SELECT generate_series(0, 119);

CREATE TABLE orderactors.event_cursor (
    subscriber text COLLATE "C" NOT NULL,
    partition  smallint NOT NULL,
    sequence   bigint NOT NULL,
    PRIMARY KEY (subscriber, partition)
) WITH (fillfactor = 50);

-- Which cluster this database belongs to: one row.
CREATE TABLE orderactors.cluster (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    cluster_id text NOT NULL,
    created    timestamptz NOT NULL DEFAULT now()
);

-- A process takes a block of 2^24 versions and hands them out itself.
CREATE SEQUENCE orderactors.version_block;

-- Commits many grains' writes, and the events of those that were accepted, in one transaction. Each write stands for itself:
-- one that is refused leaves the others alone.
--   expected  the version that must be stored, 0 for none
--   written   the new version
--   states    the new state, null to remove it
--   added     how many of them expect none; removed: how many remove
--   event_of  the new version of the write that raised the event
-- A write whose new version is stored already was accepted by an earlier try of the same batch: its events are in the log, and
-- it is among the refused with its own version as the stored one.
CREATE FUNCTION orderactors.commit_writes(
    shards smallint[], types text[], keys text[], names text[], expected bigint[], written bigint[], states bytea[], added int, removed int,
    event_of bigint[], event_partitions smallint[], event_bodies bytea[],
    OUT refused bigint[], OUT stored bigint[], OUT grown smallint[], OUT heads bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    accepted int := 0;
    done int;
    gone bigint[] := '{}';
BEGIN
    IF added + removed < cardinality(written) THEN
        UPDATE orderactors.grain_state s SET version = w.written, state = w.state
        FROM unnest(shards, types, keys, names, expected, written, states)
            AS w (shard, grain_type, grain_key, state_name, expected, written, state)
        WHERE s.shard = w.shard AND s.grain_type = w.grain_type AND s.grain_key = w.grain_key AND s.state_name = w.state_name
          AND s.version = w.expected AND w.state IS NOT NULL;
        GET DIAGNOSTICS accepted = ROW_COUNT;
    END IF;

    IF added > 0 THEN
        INSERT INTO orderactors.grain_state (shard, grain_type, grain_key, state_name, version, state)
        SELECT w.shard, w.grain_type, w.grain_key, w.state_name, w.written, w.state
        FROM unnest(shards, types, keys, names, expected, written, states)
            AS w (shard, grain_type, grain_key, state_name, expected, written, state)
        WHERE w.expected = 0 AND w.state IS NOT NULL
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS done = ROW_COUNT;
        accepted := accepted + done;
    END IF;

    IF removed > 0 THEN
        WITH d AS (
            DELETE FROM orderactors.grain_state s
            USING unnest(shards, types, keys, names, expected, written, states)
                AS w (shard, grain_type, grain_key, state_name, expected, written, state)
            WHERE s.shard = w.shard AND s.grain_type = w.grain_type AND s.grain_key = w.grain_key AND s.state_name = w.state_name
              AND s.version = w.expected AND w.state IS NULL
            RETURNING w.written
        )
        SELECT coalesce(array_agg(d.written), '{}') INTO gone FROM d;
        accepted := accepted + cardinality(gone);
    END IF;

    -- Rare, so it may cost: which ones were not done by this very transaction, and what is stored instead.
    IF accepted < cardinality(written) THEN
        SELECT array_agg(w.written), array_agg(coalesce(s.version, 0)) INTO refused, stored
        FROM unnest(shards, types, keys, names, written) AS w (shard, grain_type, grain_key, state_name, written)
        LEFT JOIN orderactors.grain_state s
          ON s.shard = w.shard AND s.grain_type = w.grain_type AND s.grain_key = w.grain_key AND s.state_name = w.state_name
        WHERE (s.version = w.written AND s.xmin = pg_current_xact_id()::xid) IS NOT TRUE AND w.written <> ALL (gone);
    END IF;

    IF cardinality(event_of) > 0 THEN
        -- In the order of their numbers, so that two processes never wait for each other.
        PERFORM 1 FROM orderactors.event_partition p WHERE p.partition = ANY (event_partitions) ORDER BY p.partition FOR UPDATE;
        WITH e AS MATERIALIZED (
            SELECT u.partition, u.body, row_number() OVER (PARTITION BY u.partition ORDER BY u.place) AS nth
            FROM unnest(event_of, event_partitions, event_bodies) WITH ORDINALITY AS u (written, partition, body, place)
            WHERE refused IS NULL OR u.written <> ALL (refused)
        ),
        more AS (
            SELECT e.partition, max(e.nth) AS count FROM e GROUP BY e.partition
        ),
        moved AS (
            UPDATE orderactors.event_partition p SET head = p.head + more.count FROM more WHERE p.partition = more.partition
            RETURNING p.partition, p.head, p.head - more.count AS base
        ),
        appended AS (
            INSERT INTO orderactors.event_log (partition, sequence, body)
            SELECT e.partition, moved.base + e.nth, e.body FROM e JOIN moved USING (partition)
        )
        SELECT array_agg(moved.partition), array_agg(moved.head) INTO grown, heads FROM moved;
    END IF;
END
$$;
