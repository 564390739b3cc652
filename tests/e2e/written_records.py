"""Records with values and members that scans of the lab have none of."""

WRITTEN = [
    '{"name":"*.a.test","outcome":"deny","reason":"unknown_critical_property","may_issue":false,"dnssec":"secure","caa":{"owner":'
    '"a.test","ttl":7,"records":[{"flags":129,"tag":"TBS","value":"x"},{"flags":0,"tag":"issue","value":"A.example ; accounturi'
    '=https://a/1; validationmethods=dns-01"},{"flags":0,"tag":"issue","value":"a.example"},{"flags":0,"tag":"issuewild","value":'
    '"a.example."},{"flags":0,"tag":"issuewild","value":" ; "},{"flags":0,"tag":"issue","value":"b.example; x"},{"flags":1,"tag":'
    '"iodef","value":"ftp://x"},{"flags":0,"tag":"iodef","value":"https://x"},{"flags":0,"tag":"contactemail","value":"a"},'
    '{"flags":0,"tag":"issuemail","value":";"},{"flags":0,"tag":"issue","value":"c.example; a=\\\\007"}]},"queries":3,'
    '"retries":1,"attempts":2,"elapsed_ms":1500.25,"time":"2026-01-01T00:00:00.001Z","order":7}',
    '{"name":"not a name","outcome":"error","reason":"invalid_name","may_issue":false,"dnssec":"unchecked",'
    '"time":"2026-01-01T00:00:00.002Z","order":7}',
    '{"name":"www.b.test","outcome":"permit","reason":"issuer_authorized","may_issue":true,"dnssec":"insecure","caa":{"owner":'
    '"other.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":"a.example"}]},"queries":1,"retries":0,"elapsed_ms":1,'
    '"time":"2026-01-01T00:00:00.003Z"}',
    # Names that do not exist: below a set, and with a look-up above that failed.
    '{"name":"gone.b.test","outcome":"deny","reason":"issuer_not_authorized","may_issue":false,"would_issue":false,"nxdomain":'
    'true,"caa":{"owner":"b.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":"a.example"}]},"dnssec":"secure",'
    '"attempts":2,"queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.003Z"}',
    '{"name":"gone.d.test","outcome":"servfail","reason":"servfail","may_issue":true,"would_issue":true,"nxdomain":true,'
    '"dnssec":"insecure","queries":4,"retries":1,"elapsed_ms":1,"time":"2026-01-01T00:00:00.003Z"}',
    '{"name":"gone.c.test","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"nxdomain":true,'
    '"dnssec":"insecure","queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.003Z"}',
    # With validation records beside CAA.
    '{"name":"e.test","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"dnssec":"insecure","persist":'
    '{"result":"valid","name":"_validation-persist.e.test","dnssec":"insecure","ttl":1,"records":[{"value":'
    '"a.example; accounturi=urn:a","result":"valid","account_uri":"urn:a"}]},"queries":2,"retries":0,"elapsed_ms":1,'
    '"time":"2026-01-01T00:00:00.003Z"}',
    '{"name":"f.test","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"dnssec":"insecure","persist":'
    '{"result":"none","dnssec":"insecure"},"queries":2,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.003Z"}',
    '{"name":"g.test","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"dnssec":"insecure","persist":'
    '{"result":"none","dnssec":"insecure"},"queries":2,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.003Z"}',
    # Whose operator its server's name alone tells.
    '{"name":"c.test","outcome":"lame","reason":"refused","may_issue":false,"dnssec":"insecure","servers":[{"host":'
    '"ns1.some-host.test","address":"192.0.2.1","result":"refused"}],"findings":[{"code":"lame_refused","host":'
    '"ns1.some-host.test","address":"192.0.2.1"}],"queries":2,"retries":0,"elapsed_ms":2,"time":"2026-01-01T00:00:00.004Z"}',
    # Parameters that bind: an account, either, a doubled one that matches nobody, and for wildcards alone.
    '{"name":"e.test","outcome":"permit","reason":"issuer_authorized","may_issue":true,"would_issue":true,"dnssec":"insecure",'
    '"caa":{"owner":"e.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":"a.example; accounturi=https://a/1"},{"flags":0,'
    '"tag":"issue","value":"b.example; accounturi=urn:a"},{"flags":0,"tag":"issue","value":"B.example;validationmethods=dns-01"},'
    '{"flags":0,"tag":"issue","value":"c.example; AccountURI=urn:a; accounturi=urn:a"},{"flags":0,"tag":"issue","value":'
    '"d.example; validationmethods=a,,b"},{"flags":0,"tag":"issue","value":"d.example; validationmethods=a"},{"flags":0,"tag":'
    '"issuewild","value":"f.example; accounturi=12"},{"flags":0,"tag":"issue","value":"g.example; accounturi=http://x/%4"}]},'
    '"queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.005Z"}',
    '{"name":"*.e.test","outcome":"deny","reason":"issuer_not_authorized","may_issue":false,"dnssec":"insecure","caa":{"owner":'
    '"e.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":"a.example; accounturi=https://a/1"},{"flags":0,"tag":'
    '"issuewild","value":"f.example; accounturi=12"}]},"queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.005Z"}',
    # For S/MIME and for a mark: only their own properties count.
    '{"name":"mail.test","input":"a@mail.test","for":"smime","outcome":"deny","reason":"issuer_not_authorized","may_issue":false,'
    '"would_issue":false,"dnssec":"insecure","caa":{"owner":"mail.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":'
    '"a.example; accounturi=urn:a"},{"flags":0,"tag":"issuemail","value":"a.example; accounturi=urn:a"},{"flags":0,"tag":'
    '"issuemail","value":";"},{"flags":0,"tag":"issuevmc","value":"x y"}]},"queries":1,"retries":0,"elapsed_ms":1,'
    '"time":"2026-01-01T00:00:00.006Z","order":"mail"}',
    '{"name":"mark.test","for":"mark","outcome":"permit","reason":"issuer_authorized","may_issue":true,"would_issue":true,"dnssec":'
    '"insecure","caa":{"owner":"mark.test","ttl":7,"records":[{"flags":0,"tag":"issuevmc","value":"a.example"},{"flags":0,"tag":'
    '"issue","value":";"}]},"queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.007Z"}',
    # With ranks, extended errors, and servers that are not there; some do not exist themselves.
    '{"name":"rank1.test","outcome":"permit","reason":"issuer_authorized","may_issue":true,"would_issue":true,"dnssec":"secure",'
    '"caa":{"owner":"rank1.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":"b.example"},{"flags":0,"tag":"issuewild",'
    '"value":"A.example; x=y"}]},"operator":"Ranked DNS","queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.008Z",'
    '"rank":100}',
    '{"name":"gone.rank2.test","outcome":"permit","reason":"issuer_authorized","may_issue":true,"would_issue":true,"nxdomain":true,'
    '"dnssec":"secure","caa":{"owner":"rank2.test","ttl":7,"records":[{"flags":0,"tag":"issue","value":"b.example"}]},"operator":'
    '"Ranked DNS","queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.008Z","rank":101}',
    '{"name":"rank3.test","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"dnssec":"insecure","operator":'
    '"Ranked DNS","queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.008Z","rank":4294967295,"servers":[{"host":'
    '"ns1.lapsed.test","result":"unresolved"},{"host":"ns2.rank3.test","address":"192.0.2.9","result":"answer"}],"findings":[{"code":'
    '"server_domain_unregistered","host":"ns1.lapsed.test"},{"code":"server_nxdomain","host":"ns3.rank3.test"}]}',
    '{"name":"gone.rank4.test","outcome":"lame","reason":"unresolvable_servers","may_issue":false,"would_issue":false,"nxdomain":'
    'true,"dnssec":"insecure","servers":[{"host":"ns1.lapsed.test","result":"unresolved"}],"findings":[{"code":'
    '"server_domain_unregistered","host":"ns1.lapsed.test","zone":"a.test"},{"code":"server_domain_unregistered","host":'
    '"ns1.lapsed.test","zone":"b.test"}],"queries":1,"retries":0,"elapsed_ms":1,"time":"2026-01-01T00:00:00.008Z","rank":1000}',
    '{"name":"ede.test","outcome":"servfail","reason":"dnssec_bogus","may_issue":false,"would_issue":false,"dnssec":"bogus",'
    '"servers":[{"address":"192.0.2.53","result":"servfail","ede":[7,6]},{"address":"192.0.2.54","result":"servfail","ede":[7]}],'
    '"findings":[{"code":"dnssec_signature_expired","ede":7},{"code":"dnssec_no_dnskey","ede":9}],"queries":2,"retries":0,'
    '"elapsed_ms":1,"time":"2026-01-01T00:00:00.009Z"}',
    '{"name":"gone.ede.test","outcome":"servfail","reason":"servfail","may_issue":false,"would_issue":false,"nxdomain":true,'
    '"dnssec":"insecure","servers":[{"address":"192.0.2.53","result":"servfail","ede":[22,49152]}],"queries":2,"retries":0,'
    '"elapsed_ms":1,"time":"2026-01-01T00:00:00.009Z"}',
]
