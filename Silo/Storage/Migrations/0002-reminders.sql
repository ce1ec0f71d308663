-- The cluster's reminders. The hash is the grain's place on the ring, 0 to 4294967295, by which silos share them out.
CREATE TABLE orderactors.reminder (
    service_id   text COLLATE "C" NOT NULL,
    grain_id     text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    grain_hash   bigint NOT NULL,
    start_at     timestamptz NOT NULL,
    period_ticks bigint NOT NULL,
    version      bigint NOT NULL,
    PRIMARY KEY (service_id, grain_id, name)
);
CREATE INDEX reminder_place ON orderactors.reminder (service_id, grain_hash);

-- A version is never given twice: a reminder that was removed and made again has another one.
CREATE SEQUENCE orderactors.reminder_version;
