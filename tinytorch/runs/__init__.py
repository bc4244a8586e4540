"""What a run is, without what is concluded from it. `outputs` says whether what a model gave is an answer."""
