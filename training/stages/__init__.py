"""SFT, DPO and calibration, on TRL and PEFT."""
