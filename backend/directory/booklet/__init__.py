"""The booklet of a community (便民服务手册): its services on a map and by kind, to be printed."""
