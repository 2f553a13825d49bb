"""县域义务教育优质均衡发展督导评估办法，教督〔2017〕6号: is compulsory schooling in a county good and even?"""
