-- Nothing that was refused waits for a decision: accept it, retract it, or deliver it again.
-- table: marts.refused_load
-- severity: warning
select load_id, object, parts
from marts.refused_load
