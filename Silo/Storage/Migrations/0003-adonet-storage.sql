-- What Microsoft.Orleans.Persistence.AdoNet asks for, for storage names that are configured to use it: a table that holds its
-- queries, and functions that those queries call. One row per state: the primary key settles two first writes that race.
-- The provider's key is the state's name and the grain's key; it has no room for the grain's type, so state names of grains
-- that use it must differ.
CREATE TABLE orderactors.adonet_state (
    service_id text COLLATE "C" NOT NULL,
    state_name text COLLATE "C" NOT NULL,
    key_text   text COLLATE "C" NOT NULL,
    key_n0     bigint NOT NULL,
    key_n1     bigint NOT NULL,
    version    int NOT NULL,
    payload    bytea,
    PRIMARY KEY (service_id, state_name, key_text, key_n0, key_n1)
) WITH (fillfactor = 70);

-- Returns the new version, or nothing when the stored version is not the expected one.
CREATE FUNCTION orderactors.adonet_write(service text, name text, key text, n0 bigint, n1 bigint, expected int, bytes bytea)
RETURNS TABLE (newgrainstateversion int) LANGUAGE plpgsql AS $$
BEGIN
    IF expected IS NULL THEN
        RETURN QUERY INSERT INTO orderactors.adonet_state AS s VALUES (service, name, coalesce(key, ''), n0, n1, 1, bytes)
            ON CONFLICT DO NOTHING RETURNING s.version;
    ELSE
        RETURN QUERY UPDATE orderactors.adonet_state s SET version = s.version + 1, payload = bytes
            WHERE s.service_id = service AND s.state_name = name AND s.key_text = coalesce(key, '') AND s.key_n0 = n0 AND s.key_n1 = n1
              AND s.version = expected
            RETURNING s.version;
    END IF;
END
$$;

CREATE FUNCTION orderactors.adonet_read(service text, name text, key text, n0 bigint, n1 bigint)
RETURNS TABLE (payloadbinary bytea, version int) LANGUAGE sql STABLE AS $$
    SELECT s.payload, s.version FROM orderactors.adonet_state s
    WHERE s.service_id = service AND s.state_name = name AND s.key_text = coalesce(key, '') AND s.key_n0 = n0 AND s.key_n1 = n1
$$;

CREATE FUNCTION orderactors.adonet_clear(service text, name text, key text, n0 bigint, n1 bigint, expected int, remove boolean)
RETURNS TABLE (newgrainstateversion int) LANGUAGE plpgsql AS $$
BEGIN
    IF remove THEN
        RETURN QUERY DELETE FROM orderactors.adonet_state s
            WHERE s.service_id = service AND s.state_name = name AND s.key_text = coalesce(key, '') AND s.key_n0 = n0 AND s.key_n1 = n1
              AND s.version = expected
            RETURNING s.version + 1;
    ELSE
        RETURN QUERY SELECT * FROM orderactors.adonet_write(service, name, key, n0, n1, expected, NULL);
    END IF;
END
$$;

CREATE TABLE orderactors.orleansquery (querykey text PRIMARY KEY, querytext text NOT NULL);
INSERT INTO orderactors.orleansquery (querykey, querytext) VALUES
    ('WriteToStorageKey', 'SELECT * FROM orderactors.adonet_write(@ServiceId, @GrainTypeString, @GrainIdExtensionString, @GrainIdN0, @GrainIdN1, @GrainStateVersion, @PayloadBinary)'),
    ('ReadFromStorageKey', 'SELECT * FROM orderactors.adonet_read(@ServiceId, @GrainTypeString, @GrainIdExtensionString, @GrainIdN0, @GrainIdN1)'),
    ('ClearStorageKey', 'SELECT * FROM orderactors.adonet_clear(@ServiceId, @GrainTypeString, @GrainIdExtensionString, @GrainIdN0, @GrainIdN1, @GrainStateVersion, false)'),
    ('DeleteStorageKey', 'SELECT * FROM orderactors.adonet_clear(@ServiceId, @GrainTypeString, @GrainIdExtensionString, @GrainIdN0, @GrainIdN1, @GrainStateVersion, true)');
