"""县域义务教育均衡发展督导评估暂行办法，教督〔2012〕3号: the eight figures and their mean spread."""
