"""县域学前教育普及普惠督导评估办法，教督〔2020〕1号: are kindergartens within reach of all?"""
