/*
description: >-
  E-mail addresses that people gave, taken apart. The one place that knows which domain is a company's: case, the part after a plus sign and sub-domains are off, by the public suffixes with two labels, and free-mail domains are no company.
owner: marketing
grain: one row for each address as it was given
key: [email]
columns:
  email: { type: "varchar", description: "Address as it was given.", tags: [personal] }
  mailbox: { type: "varchar", description: "Local part in lower case, without what follows a plus sign.", tags: [personal] }
  plus_tag: { type: "varchar", description: "What follows the plus sign." }
  domain: { type: "varchar", description: "Domain in lower case.", tags: [not_personal] }
  registrable_domain: { type: "varchar", description: "Domain without sub-domains.", tags: [not_personal] }
  is_free_mail: { type: "boolean", description: "The domain gives addresses to anybody." }
  company_domain: { type: "varchar", description: "The registrable domain where it is a company's.", tags: [not_personal] }
*/
select
  p.email,
  split_part(p.local_part, '+', 1) as mailbox,
  nullif(split_part(p.local_part, '+', 2), '') as plus_tag,
  p.domain,
  p.registrable_domain,
  p.registrable_domain in ('aol.com', 'gmail.com', 'gmx.at', 'gmx.ch', 'gmx.com', 'gmx.de', 'gmx.net', 'googlemail.com', 'hotmail.com', 'hotmail.co.uk', 'icloud.com', 'live.com', 'mac.com', 'mail.com', 'mail.ru', 'me.com', 'msn.com', 'outlook.com', 'pm.me', 'proton.me', 'protonmail.com', 'qq.com', 't-online.de', 'tutanota.com', 'web.de', 'yahoo.co.uk', 'yahoo.com', 'yahoo.de', 'yandex.ru', 'zoho.com') as is_free_mail,
  case when p.registrable_domain not in ('aol.com', 'gmail.com', 'gmx.at', 'gmx.ch', 'gmx.com', 'gmx.de', 'gmx.net', 'googlemail.com', 'hotmail.com', 'hotmail.co.uk', 'icloud.com', 'live.com', 'mac.com', 'mail.com', 'mail.ru', 'me.com', 'msn.com', 'outlook.com', 'pm.me', 'proton.me', 'protonmail.com', 'qq.com', 't-online.de', 'tutanota.com', 'web.de', 'yahoo.co.uk', 'yahoo.com', 'yahoo.de', 'yandex.ru', 'zoho.com') then p.registrable_domain end as company_domain
from (
  select
    d.email,
    d.local_part,
    d.domain,
    case
      when d.last_two in ('ac.at', 'ac.il', 'ac.jp', 'ac.kr', 'ac.nz', 'ac.uk', 'ac.za', 'co.at', 'co.id', 'co.il', 'co.in', 'co.jp', 'co.ke', 'co.kr', 'co.nz', 'co.th', 'co.uk', 'co.za', 'com.ar', 'com.au', 'com.bd', 'com.br', 'com.cn', 'com.co', 'com.cy', 'com.eg', 'com.hk', 'com.mt', 'com.mx', 'com.my', 'com.ng', 'com.pe', 'com.ph', 'com.pk', 'com.pl', 'com.pt', 'com.sa', 'com.sg', 'com.tr', 'com.tw', 'com.ua', 'com.ve', 'com.vn', 'edu.au', 'edu.cn', 'edu.sg', 'gov.au', 'gov.in', 'gov.uk', 'me.uk', 'net.au', 'net.nz', 'net.uk', 'nhs.uk', 'or.at', 'or.jp', 'org.au', 'org.br', 'org.cn', 'org.in', 'org.nz', 'org.uk', 'org.za') and split_part(d.domain, '.', -3) <> ''
        then split_part(d.domain, '.', -3) || '.' || d.last_two
      else d.last_two
    end as registrable_domain
  from (
    select
      e.email,
      lower(split_part(trim(e.email), '@', 1)) as local_part,
      lower(split_part(trim(e.email), '@', 2)) as domain,
      split_part(lower(split_part(trim(e.email), '@', 2)), '.', -2) || '.' || split_part(lower(split_part(trim(e.email), '@', 2)), '.', -1) as last_two
    from (
      select l.email from core.customer.lead l where l.email is not null
      union
      select c.email from core.customer.contact c where c.email is not null
    ) e
  ) d
) p
