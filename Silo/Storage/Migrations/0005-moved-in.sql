-- A storage that is moved in from elsewhere, by the command `migrate`: one row, while it lasts and for ever after. As long as
-- it is not finished, no silo starts on this database.
CREATE TABLE orderactors.moved_in (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    source      text NOT NULL,
    fingerprint text NOT NULL,
    begun       timestamptz NOT NULL DEFAULT now(),
    finished    timestamptz
);
