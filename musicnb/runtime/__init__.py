"""What every part of musicnb runs on: device, jobs, estimates, weights, batches."""
