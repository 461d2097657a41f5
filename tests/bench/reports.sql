-- The figures of each report by plain SQL from the records, as one would write it by hand. No figure has an interval.

-- report: close-rates
SELECT l.path, l.source_id, count(*), count(*) FILTER (WHERE o.status = 'won')
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE l.merged_into_id IS NULL
GROUP BY 1, 2;

-- report: time-to-close
SELECT l.path, o.closed_at::date - l.first_inquiry_at::date,
       CASE WHEN o.status IS DISTINCT FROM 'won' THEN l.first_inquiry_at::date END, count(*)
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id AND o.status = 'won'
WHERE l.merged_into_id IS NULL AND l.first_inquiry_at IS NOT NULL
GROUP BY 1, 2, 3;

-- report: mix
SELECT date_trunc('week', first_inquiry_at)::date, source_id, path, count(*)
FROM leads_lead
WHERE merged_into_id IS NULL
GROUP BY 1, 2, 3;

-- report: funnel
SELECT date_trunc('month', l.first_inquiry_at)::date, count(*), count(*) FILTER (WHERE l.path <> ''),
       count(*) FILTER (WHERE l.sal_at IS NOT NULL), count(*) FILTER (WHERE l.sql_at IS NOT NULL),
       count(o.id), count(*) FILTER (WHERE o.status = 'won')
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE l.merged_into_id IS NULL
GROUP BY 1;

SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY l.reached_sales_at::date - l.first_inquiry_at::date),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY l.sal_at::date - l.reached_sales_at::date),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY l.sql_at::date - l.sal_at::date),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY c.converted_at::date - l.sql_at::date),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY o.closed_at::date - c.converted_at::date)
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id AND o.status = 'won'
WHERE l.merged_into_id IS NULL AND l.path <> '';

SELECT s.reason_id, s.from_stage, count(DISTINCT s.lead_id)
FROM leads_stagechange s
JOIN leads_lead l ON l.id = s.lead_id AND l.merged_into_id IS NULL
WHERE s.reason_id IS NOT NULL
GROUP BY 1, 2;

-- report: lift
SELECT d.arm_id, count(*), count(*) FILTER (WHERE l.engaged_at IS NOT NULL),
       count(*) FILTER (WHERE l.path NOT IN ('', 'unqualified')), count(*) FILTER (WHERE o.status = 'won'),
       sum(o.amount) FILTER (WHERE o.status = 'won'), sum(o.amount * o.amount) FILTER (WHERE o.status = 'won')
FROM leads_draw d
JOIN leads_lead l ON l.id = d.lead_id AND l.merged_into_id IS NULL
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE d.experiment_id = (SELECT max(id) FROM leads_experiment WHERE key = 'bench-reports')
GROUP BY 1;

-- report: time
SELECT l.path, count(*), percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9])
       WITHIN GROUP (ORDER BY o.closed_at::date - l.first_inquiry_at::date)
FROM leads_lead l
JOIN leads_conversion c ON c.lead_id = l.id
JOIN opportunities_opportunity o ON o.id = c.opportunity_id AND o.status = 'won'
WHERE l.merged_into_id IS NULL
GROUP BY 1;

SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY l.reached_sales_at::date - l.first_inquiry_at::date),
       percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY l.sal_at::date - l.reached_sales_at::date),
       percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY c.converted_at::date - l.sal_at::date),
       percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY o.closed_at::date - c.converted_at::date)
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id AND o.status = 'won'
WHERE l.merged_into_id IS NULL AND l.path <> '';

SELECT width_bucket(extract(epoch FROM l.sal_at - l.mql_at), ARRAY[300, 3600, 14400, 86400]), count(*),
       count(*) FILTER (WHERE o.status = 'won')
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE l.merged_into_id IS NULL AND l.mql_at IS NOT NULL
GROUP BY 1;

SELECT o.status, l.stage = 'disqualified', count(DISTINCT l.id), count(*), sum(a.duration)
FROM nurture_callattempt a
JOIN nurture_calltask t ON t.id = a.task_id
JOIN leads_lead l ON l.id = t.lead_id AND l.merged_into_id IS NULL
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
GROUP BY 1, 2;

-- report: money
SELECT l.path, l.campaign_id, count(*), count(*) FILTER (WHERE l.path NOT IN ('', 'unqualified')),
       count(*) FILTER (WHERE o.status = 'won'), sum(o.amount) FILTER (WHERE o.status = 'won'),
       sum(o.amount * o.amount) FILTER (WHERE o.status = 'won')
FROM leads_lead l
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE l.merged_into_id IS NULL
GROUP BY 1, 2;

SELECT c.id, c.cost / count(*)
FROM campaigns_campaign c
JOIN leads_lead l ON l.campaign_id = c.id AND l.merged_into_id IS NULL
GROUP BY 1;

-- report: quota
SELECT q.id, q.amount, sum(o.amount)
FROM people_quota q
LEFT JOIN opportunities_opportunity o
    ON o.owner_id = q.user_id AND o.status = 'won' AND o.close_date >= q.starts_on AND o.close_date < q.ends_on
WHERE q.ends_on > '2025-03-01' AND q.ends_on <= '2026-03-10'
GROUP BY 1;

SELECT owner_id, count(*)
FROM leads_lead
WHERE merged_into_id IS NULL AND path NOT IN ('', 'unqualified') AND owner_id IS NOT NULL
    AND reached_sales_at >= '2025-01-01' AND reached_sales_at < '2026-01-01'
GROUP BY 1;

-- report: territories
SELECT t.id, o.user_id, o.since, o.until FROM people_territory t JOIN people_territoryowner o ON o.territory_id = t.id;

SELECT m.territory_id, count(*), count(*) FILTER (WHERE o.status = 'won')
FROM leads_lead l
JOIN people_territorymatch m ON m.countries = l.country
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE l.merged_into_id IS NULL AND l.first_inquiry_at >= '2025-03-10' AND l.first_inquiry_at < '2026-03-11'
GROUP BY 1;

-- report: repeat-or-delete
SELECT l.source_id, l.campaign_id, i.form_id, count(*), count(*) FILTER (WHERE o.status = 'won'),
       count(*) FILTER (WHERE l.first_inquiry_at >= '2025-12-10')
FROM leads_lead l
LEFT JOIN (SELECT DISTINCT ON (lead_id) lead_id, form_id FROM leads_inquiry ORDER BY lead_id, received_at, id) i
    ON i.lead_id = l.id
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE l.merged_into_id IS NULL
GROUP BY 1, 2, 3;

SELECT a.question_id, count(DISTINCT a.lead_id), count(DISTINCT a.lead_id) FILTER (WHERE o.status = 'won')
FROM leads_answer a
JOIN leads_lead l ON l.id = a.lead_id AND l.merged_into_id IS NULL
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
GROUP BY 1;

SELECT e.sequence_id, count(DISTINCT e.lead_id), count(DISTINCT e.lead_id) FILTER (WHERE o.status = 'won')
FROM nurture_enrollment e
JOIN leads_lead l ON l.id = e.lead_id AND l.merged_into_id IS NULL
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
GROUP BY 1;

SELECT t.step_id, count(DISTINCT e.lead_id), count(DISTINCT e.lead_id) FILTER (WHERE o.status = 'won')
FROM nurture_touch t
JOIN nurture_enrollment e ON e.id = t.enrollment_id
JOIN leads_lead l ON l.id = e.lead_id AND l.merged_into_id IS NULL
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
WHERE t.state = 'sent'
GROUP BY 1;

SELECT d.arm_id, count(*), count(*) FILTER (WHERE o.status = 'won')
FROM leads_draw d
JOIN leads_lead l ON l.id = d.lead_id AND l.merged_into_id IS NULL
LEFT JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
GROUP BY 1;
