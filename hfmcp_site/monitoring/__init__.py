"""What Prometheus is told.

instruments.py   the counters, histograms and gauges; listens to records and outgoing requests
state.py         what is looked at from time to time: queues, streams, pools, caches
directory.py     the folder that workers share
serving.py       /metrics, for who may read it
"""
