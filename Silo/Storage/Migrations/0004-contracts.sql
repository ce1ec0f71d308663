-- The silos of the cluster that are running, with the version of the contracts each speaks. A silo that was not seen for a
-- minute is taken for gone.
CREATE TABLE orderactors.silo (
    name      text COLLATE "C" PRIMARY KEY,
    contracts int NOT NULL,
    seen      timestamptz NOT NULL
) WITH (fillfactor = 50);
