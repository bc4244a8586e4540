"""From answers to points on record: judging, keys, records, one machine or a cluster, and nbgrader's gradebook."""
