"""Exits 0 when the address answers with 2xx: http_ok.py URL"""

import sys
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(sys.argv[1], timeout=5) as answer:
        sys.exit(0 if answer.status < 300 else 1)
except OSError:
    sys.exit(1)
