select source, reason, count(*) as records from ops.quality.rejected_record group by source, reason
