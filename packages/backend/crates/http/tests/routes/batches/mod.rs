mod retract;
